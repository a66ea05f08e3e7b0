package demo

func middleEast() []culture {
	return []culture{{ // Arabic
		script:   "Arabic",
		weight:   38,
		women:    words("Amal=أمل, Basma=بسمة, Dalal=دلال, Fatima=فاطمة, Hanan=حنان, Layla=ليلى, Maryam=مريم, Nadia=نادية, Samira=سميرة, Zaynab=زينب"),
		men:      words("Ahmad=أحمد, Bilal=بلال, Hasan=حسن, Ibrahim=إبراهيم, Jamal=جمال, Karim=كريم, Mahmoud=محمود, Omar=عمر, Rashid=راشد, Tariq=طارق, Yusuf=يوسف"),
		families: words("al-Khatib=الخطيب, al-Najjar=النجار, al-Sabbagh=الصباغ, al-Haddad=الحداد, Mansour=منصور, Hamdan=حمدان, Khoury=خوري, Shahin=شاهين, Tawfiq=توفيق, al-Masri=المصري, Qasim=قاسم, Bakri=بكري"),
		homes: homes("Cairo, Egypt=القاهرة، مصر; Amman, Jordan=عمّان، الأردن; Beirut, Lebanon=بيروت، لبنان; Casablanca, Morocco=الدار البيضاء، المغرب; " +
			"Tunis, Tunisia=مدينة تونس، تونس; Dubai, UAE=دبي، الإمارات; Riyadh, Saudi Arabia=الرياض، السعودية"),
		domain: "بريد.example",
		firm:   "ش.م.م",
		teams:  []string{"المحاسبة", "المبيعات", "المشتريات"},
	}, { // Persian
		script:   "Arabic",
		weight:   15,
		women:    words("Azadeh=آزاده, Farzaneh=فرزانه, Mitra=میترا, Nasrin=نسرین, Parisa=پریسا, Shirin=شیرین"),
		men:      words("Behrouz=بهروز, Dariush=داریوش, Farhad=فرهاد, Kamran=کامران, Navid=نوید, Siamak=سیامک"),
		families: words("Bahrami=بهرامی, Ghasemi=قاسمی, Jafari=جعفری, Kazemi=کاظمی, Moradi=مرادی, Rostami=رستمی, Sadeghi=صادقی, Tehrani=تهرانی"),
		homes:    homes("Tehran, Iran=تهران، ایران; Isfahan, Iran=اصفهان، ایران; Shiraz, Iran=شیراز، ایران; Herat, Afghanistan=هرات، افغانستان"),
		domain:   "نامه.example",
		teams:    []string{"حسابداری", "فروش"},
	}, { // Urdu
		script:   "Arabic",
		weight:   15,
		women:    words("Ayesha=عائشہ, Bushra=بشریٰ, Hina=حنا, Nighat=نگہت, Sadia=سعدیہ, Zubaida=زبیدہ"),
		men:      words("Asif=آصف, Junaid=جنید, Kashif=کاشف, Nadeem=ندیم, Usman=عثمان, Waqas=وقاص"),
		families: words("Ansari=انصاری, Bhatti=بھٹی, Chaudhry=چودھری, Gilani=گیلانی, Hashmi=ہاشمی, Mirza=مرزا, Qureshi=قریشی, Siddiqui=صدیقی"),
		homes:    homes("Lahore, Pakistan=لاہور، پاکستان; Karachi, Pakistan=کراچی، پاکستان; Islamabad, Pakistan=اسلام آباد، پاکستان"),
		domain:   "خط.example",
		teams:    []string{"فروخت", "حسابات"},
	}, { // Hebrew
		script:   "Hebrew",
		weight:   20,
		women:    words("Ayelet=איילת, Hadas=הדס, Inbal=ענבל, Michal=מיכל, Noa=נועה, Shira=שירה, Tamar=תמר, Yael=יעל"),
		men:      words("Amit=עמית, Boaz=בועז, Eitan=איתן, Gilad=גלעד, Nadav=נדב, Oren=אורן, Uri=אורי, Yonatan=יונתן"),
		families: words("Avrahami=אברהמי, Ben-David=בן-דוד, Carmi=כרמי, Friedman=פרידמן, Golan=גולן, Harel=הראל, Katz=כץ, Levi=לוי, Mizrahi=מזרחי, Peretz=פרץ, Shapira=שפירא"),
		homes:    homes("Tel Aviv, Israel=תל אביב, ישראל; Haifa, Israel=חיפה, ישראל; Jerusalem, Israel=ירושלים, ישראל; Beersheba, Israel=באר שבע, ישראל"),
		domain:   "דואר.example",
		firm:     "בע״מ",
		teams:    []string{"מכירות", "הנהלת חשבונות", "משאבי אנוש"},
	}, { // Georgian
		script:   "Georgian",
		weight:   12,
		women:    words("Ketevan=ქეთევან, Mariam=მარიამ, Natela=ნათელა, Nino=ნინო, Tamar=თამარ"),
		men:      words("Davit=დავით, Giorgi=გიორგი, Irakli=ირაკლი, Levan=ლევან, Zurab=ზურაბ"),
		families: words("Beridze=ბერიძე, Gelashvili=გელაშვილი, Kapanadze=კაპანაძე, Khutsishvili=ხუციშვილი, Lomidze=ლომიძე, Maisuradze=მაისურაძე, Tsiklauri=წიკლაური"),
		homes:    homes("Tbilisi, Georgia=თბილისი, საქართველო; Kutaisi, Georgia=ქუთაისი, საქართველო; Batumi, Georgia=ბათუმი, საქართველო"),
		domain:   "ფოსტა.example",
		firm:     "შპს",
		teams:    []string{"გაყიდვები", "ბუღალტერია"},
	}, { // Armenian
		script:   "Armenian",
		weight:   12,
		women:    words("Anahit=Անահիտ, Gayane=Գայանե, Lusine=Լուսինե, Narine=Նարինե, Siranush=Սիրանուշ"),
		men:      words("Artak=Արտակ, Davit=Դավիթ, Gevorg=Գևորգ, Karen=Կարեն, Vardan=Վարդան"),
		families: words("Avetisyan=Ավետիսյան, Danielyan=Դանիելյան, Grigoryan=Գրիգորյան, Hakobyan=Հակոբյան, Manukyan=Մանուկյան, Stepanyan=Ստեփանյան"),
		homes:    homes("Yerevan, Armenia=Երևան, Հայաստան; Gyumri, Armenia=Գյումրի, Հայաստան; Vanadzor, Armenia=Վանաձոր, Հայաստան"),
		domain:   "փոստ.example",
		firm:     "ՍՊԸ",
		teams:    []string{"Հաշվապահություն", "Վաճառք"},
	}}
}
