package demo

func northernEurope() []culture {
	return []culture{{ // Swedish
		weight:   28,
		women:    words("Agneta, Asa=Åsa, Birgitta, Ebba, Gunilla, Ingrid, Linnea=Linnéa, Marta=Märta, Svea, Ulrika"),
		men:      words("Anders, Bjoern=Björn, Goran=Göran, Hakan=Håkan, Jorgen=Jörgen, Lennart, Mans=Måns, Ove, Soren=Sören, Torbjorn=Torbjörn"),
		families: words("Aberg=Åberg, Backstrom=Bäckström, Dahlgren, Ekstrom=Ekström, Forsberg, Grahn, Hallgren, Lindqvist, Malmkvist, Nystrom=Nyström, Osterlund=Österlund, Sjoberg=Sjöberg, Tornqvist=Törnqvist, Wallin"),
		homes: homes("Stockholm, Sweden=Stockholm, Sverige +46 8 465 004 ##; Gothenburg, Sweden=Göteborg, Sverige +46 31 390 06 ##; " +
			"Malmo, Sweden=Malmö, Sverige +46 40 628 04 ##; Kiruna, Sweden=Kiruna, Sverige +46 980 319 2##"),
		mobiles: []string{"+46 70 174 06 1#", "+46 70 174 06 3#", "+46 70 174 06 4#", "+46 70 174 06 6#", "+46 70 174 06 7#", "+46 70 174 06 9#"},
		domain:  "smörgås.example",
		firm:    "AB",
		teams:   []string{"Försäljning", "Inköp", "Ekonomi"},
	}, { // Finnish
		weight:   12,
		women:    words("Aino, Helmi, Kaisa, Mirja, Paivi=Päivi, Riitta, Tuulikki"),
		men:      words("Aarne, Eero, Jarkko, Jyrki, Kyosti=Kyösti, Paavo, Vaino=Väinö"),
		families: words("Hamalainen=Hämäläinen, Jokela, Kiviniemi, Laakso, Niskanen, Peltonen, Rasanen=Räsänen, Salmela, Ylonen=Ylönen"),
		homes:    homes("Helsinki, Finland=Helsinki, Suomi; Tampere, Finland=Tampere, Suomi; Jyvaskyla, Finland=Jyväskylä, Suomi"),
		domain:   "metsä.example",
		firm:     "Oy",
		teams:    []string{"Myynti", "Kirjanpito", "Henkilöstö"},
	}, { // Icelandic
		weight:         10,
		women:          words("Asdis=Ásdís, Gudrun=Guðrún, Hrafnhildur, Sigridur=Sigríður, Thorunn=Þórunn"),
		men:            words("Arni=Árni, Gunnar, Hordur=Hörður, Sigurdur=Sigurður, Thorsteinn=Þorsteinn"),
		families:       words("Arnason=Árnason, Bjarnason, Einarsson, Gudmundsson=Guðmundsson, Jonsson=Jónsson, Olafsson=Ólafsson, Thordarson=Þórðarson"),
		womensFamilies: words("Arnadottir=Árnadóttir, Bjarnadottir=Bjarnadóttir, Einarsdottir=Einarsdóttir, Jonsdottir=Jónsdóttir, Olafsdottir=Ólafsdóttir, Thordardottir=Þórðardóttir"),
		homes:          homes("Reykjavik, Iceland=Reykjavík, Ísland; Akureyri, Iceland=Akureyri, Ísland; Isafjordur, Iceland=Ísafjörður, Ísland"),
		domain:         "póstur.example",
		firm:           "ehf.",
	}, { // Danish and Norwegian
		weight:   16,
		women:    words("Astrid, Bodil, Dorthe, Kjersti, Mette, Signe, Solveig, Tove"),
		men:      words("Asbjoern=Asbjørn, Eskil, Joergen=Jørgen, Leif, Oeystein=Øystein, Soeren=Søren, Trygve"),
		families: words("Baekkelund=Bækkelund, Dalgaard, Froeland=Frøland, Groenbaek=Grønbæk, Haugland, Kjaersgaard=Kjærsgaard, Moelgaard=Mølgaard, Naess=Næss, Oestergaard=Østergaard, Skaarup=Skårup"),
		homes:    homes("Copenhagen, Denmark=København, Danmark; Aarhus, Denmark=Aarhus, Danmark; Oslo, Norway=Oslo, Norge; Tromso, Norway=Tromsø, Norge"),
		domain:   "blåbær.example",
		firm:     "A/S",
		teams:    []string{"Salg", "Regnskab", "Kundeservice"},
	}}
}
