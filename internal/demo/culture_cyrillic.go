package demo

func cyrillic() []culture {
	return []culture{{ // Russian
		script:         "Cyrillic",
		weight:         30,
		women:          words("Alena=Алёна, Darya=Дарья, Galina=Галина, Kseniya=Ксения, Lyudmila=Людмила, Nadezhda=Надежда, Olga=Ольга, Svetlana=Светлана, Zoya=Зоя"),
		men:            words("Arkadiy=Аркадий, Denis=Денис, Fyodor=Фёдор, Gleb=Глеб, Konstantin=Константин, Mikhail=Михаил, Pavel=Павел, Stepan=Степан, Yuriy=Юрий"),
		families:       words("Belov=Белов, Vinogradov=Виноградов, Gusev=Гусев, Zhuravlyov=Журавлёв, Krylov=Крылов, Lapshin=Лапшин, Nikitin=Никитин, Orlov=Орлов, Ryabov=Рябов, Sokolov=Соколов, Tikhonov=Тихонов, Shchukin=Щукин, Yakovlev=Яковлев"),
		womensFamilies: words("Belova=Белова, Vinogradova=Виноградова, Guseva=Гусева, Zhuravlyova=Журавлёва, Krylova=Крылова, Lapshina=Лапшина, Nikitina=Никитина, Orlova=Орлова, Ryabova=Рябова, Sokolova=Соколова, Tikhonova=Тихонова, Shchukina=Щукина, Yakovleva=Яковлева"),
		homes:          homes("Moscow, Russia=Москва, Россия; Kazan, Russia=Казань, Россия; Novosibirsk, Russia=Новосибирск, Россия; Riga, Latvia=Рига, Латвия; Almaty, Kazakhstan=Алматы, Казахстан"),
		domain:         "почта.example",
		firm:           "ООО",
		teams:          []string{"Бухгалтерия", "Отдел продаж", "Закупки"},
	}, { // Ukrainian
		script:   "Cyrillic",
		weight:   25,
		women:    words("Bohdana=Богдана, Daryna=Дарина, Halyna=Галина, Khrystyna=Христина, Lesia=Леся, Oksana=Оксана, Solomiia=Соломія, Yaryna=Ярина"),
		men:      words("Andrii=Андрій, Bohdan=Богдан, Dmytro=Дмитро, Ihor=Ігор, Mykola=Микола, Oleksii=Олексій, Taras=Тарас, Yevhen=Євген"),
		families: words("Bondarchuk=Бондарчук, Vasylenko=Василенко, Danylchuk=Данильчук, Zinchenko=Зінченко, Kovalenko=Коваленко, Lytvynenko=Литвиненко, Marchenko=Марченко, Oliinyk=Олійник, Panchenko=Панченко, Romaniuk=Романюк, Fedorchuk=Федорчук, Yatsenko=Яценко"),
		homes:    homes("Kyiv, Ukraine=Київ, Україна; Lviv, Ukraine=Львів, Україна; Kharkiv, Ukraine=Харків, Україна; Odesa, Ukraine=Одеса, Україна; Ternopil, Ukraine=Тернопіль, Україна"),
		domain:   "пошта.example",
		firm:     "ТОВ",
		teams:    []string{"Бухгалтерія", "Відділ продажів", "Логістика"},
	}, { // Bulgarian
		script:         "Cyrillic",
		weight:         12,
		women:          words("Desislava=Десислава, Elitsa=Елица, Kalina=Калина, Raya=Рая, Tsvetelina=Цветелина, Yordanka=Йорданка"),
		men:            words("Boyan=Боян, Dimitar=Димитър, Hristo=Христо, Kaloyan=Калоян, Plamen=Пламен, Zhivko=Живко"),
		families:       words("Angelov=Ангелов, Dimov=Димов, Hadzhiev=Хаджиев, Kolev=Колев, Nedelchev=Неделчев, Stankov=Станков, Yanev=Янев"),
		womensFamilies: words("Angelova=Ангелова, Dimova=Димова, Hadzhieva=Хаджиева, Koleva=Колева, Nedelcheva=Неделчева, Stankova=Станкова, Yaneva=Янева"),
		homes:          homes("Sofia, Bulgaria=София, България; Plovdiv, Bulgaria=Пловдив, България; Varna, Bulgaria=Варна, България"),
		domain:         "поща.example",
		firm:           "ООД",
		teams:          []string{"Счетоводство", "Продажби"},
	}, { // Serbian
		script:   "Cyrillic",
		weight:   10,
		women:    words("Dragana=Драгана, Jelena=Јелена, Ljubica=Љубица, Milica=Милица, Snezana=Снежана"),
		men:      words("Branislav=Бранислав, Djordje=Ђорђе, Goran=Горан, Nemanja=Немања, Zeljko=Жељко"),
		families: words("Djuric=Ђурић, Ilic=Илић, Lazarevic=Лазаревић, Pavlovic=Павловић, Ristic=Ристић, Zivkovic=Живковић"),
		homes:    homes("Belgrade, Serbia=Београд, Србија; Novi Sad, Serbia=Нови Сад, Србија; Nis, Serbia=Ниш, Србија"),
		firm:     "д.о.о.",
		teams:    []string{"Рачуноводство", "Продаја"},
	}}
}
