package demo

func westernEurope() []culture {
	return []culture{{ // German
		weight:   80,
		women:    words("Anke, Birgit, Clara, Doerte=Dörte, Elke, Frauke, Greta, Hannelore, Jana, Katrin, Luisa, Marlene, Ruth, Sigrun, Ute"),
		men:      words("Bernd, Detlef, Ewald, Florian, Georg, Holger, Jens, Joerg=Jörg, Kai, Lukas, Moritz, Ruediger=Rüdiger, Soenke=Sönke, Uwe, Juergen=Jürgen"),
		families: words("Ackermann, Bergmann, Dietz, Ebert, Graef=Gräf, Huebner=Hübner, Jaeger=Jäger, Kessler=Keßler, Koehler=Köhler, Lindemann, Moeller=Möller, Naumann, Oppermann, Pfeiffer, Reuter, Schaefer=Schäfer, Struempel=Strümpel, Thiele, Voss=Voß, Weissgerber=Weißgerber, Zoellner=Zöllner"),
		homes: homes("Berlin, Germany=Berlin, Deutschland +49 30 23125 ###; Frankfurt, Germany=Frankfurt am Main, Deutschland +49 69 90009 ###; " +
			"Hamburg, Germany=Hamburg, Deutschland +49 40 66969 ###; Cologne, Germany=Köln, Deutschland +49 221 4710 ###; " +
			"Munich, Germany=München, Deutschland +49 89 99998 ###; Leipzig, Germany=Leipzig, Deutschland"),
		mobiles: []string{"+49 171 39200 ##", "+49 176 040690 ##"},
		domain:  "bücher.example",
		firm:    "GmbH",
		teams:   []string{"Vertrieb", "Einkauf", "Buchhaltung", "Geschäftsführung"},
	}, { // German, Austria and Switzerland
		weight:   15,
		women:    words("Annelies, Heidrun, Leonie, Roswitha, Verena, Waltraud"),
		men:      words("Alois, Gebhard, Leopold, Reto, Urs, Xaver"),
		families: words("Aebischer, Bruegger=Brügger, Gstrein, Haefliger=Häfliger, Pichler, Raetz=Rätz, Steinlechner, Zwicky"),
		homes:    homes("Vienna, Austria=Wien, Österreich; Graz, Austria=Graz, Österreich; Zurich, Switzerland=Zürich, Schweiz; Bern, Switzerland=Bern, Schweiz"),
		domain:   "käse.example",
		firm:     "AG",
		teams:    []string{"Verkauf", "Rechnungswesen", "Personal"},
	}, { // French
		weight:   70,
		women:    words("Amelie=Amélie, Berenice=Bérénice, Camille, Clemence=Clémence, Elodie=Élodie, Helene=Hélène, Jocelyne, Margaux, Maelys=Maëlys, Noemie=Noémie, Solene=Solène, Zoe=Zoé"),
		men:      words("Anselme, Baptiste, Cedric=Cédric, Etienne=Étienne, Francois=François, Gael=Gaël, Jerome=Jérôme, Loic=Loïc, Mathieu, Rene=René, Thibault, Yannick"),
		families: words("Arnaud, Beranger=Béranger, Chauvin, Delmas, Garnier, Hebert=Hébert, Jacquet, Lacombe, Lefevre=Lefèvre, Marechal=Maréchal, Noel=Noël, Perrot, Querel=Quérel, Rousselet, Sauvage, Tessier, Vaillant"),
		homes: homes("Paris, France +33 1 99 00 ## ##; Rennes, France +33 2 61 91 ## ##; Nantes, France +33 2 61 91 ## ##; " +
			"Strasbourg, France +33 3 53 01 ## ##; Lille, France +33 3 53 01 ## ##; Lyon, France +33 4 65 71 ## ##; " +
			"Marseille, France +33 4 65 71 ## ##; Bordeaux, France +33 5 36 49 ## ##; Toulouse, France +33 5 36 49 ## ##; " +
			"Brussels, Belgium=Bruxelles, Belgique; Geneva, Switzerland=Genève, Suisse; Dakar, Senegal=Dakar, Sénégal"),
		mobiles: []string{"+33 6 39 98 ## ##", "+33 6 39 98 ## ##"},
		domain:  "forêt.example",
		firm:    "SARL",
		teams:   []string{"Comptabilité", "Service achats", "Ressources humaines", "Direction générale"},
	}, { // Spanish
		weight:   60,
		women:    words("Alba, Begona=Begoña, Carmen, Elvira, Ines=Inés, Jimena, Lucia=Lucía, Maria Jose=María José, Nuria, Rocio=Rocío, Ximena, Yolanda"),
		men:      words("Alvaro=Álvaro, Andres=Andrés, Benito, Cesar=César, Diego, Hector=Héctor, Ignacio, Martin=Martín, Nicolas=Nicolás, Ramon=Ramón, Tomas=Tomás"),
		families: words("Aguilar Pena=Aguilar Peña, Benitez Rojas=Benítez Rojas, Castano Ruiz=Castaño Ruiz, Dominguez Soler=Domínguez Soler, Espinosa, Fuentes Lara, Ibanez Mora=Ibáñez Mora, Jimenez Vidal=Jiménez Vidal, Luna Cabrera, Montes Ibarra, Nunez Prado=Núñez Prado, Ordonez=Ordóñez, Quiroga, Salinas Vega, Tellez Bravo=Téllez Bravo, Urrutia, Zuniga Leon=Zúñiga León"),
		homes: homes("Madrid, Spain=Madrid, España; Seville, Spain=Sevilla, España; Bilbao, Spain=Bilbao, España; Mexico City, Mexico=Ciudad de México, México; " +
			"Bogota, Colombia=Bogotá, Colombia; Buenos Aires, Argentina; Lima, Peru=Lima, Perú; Valparaiso, Chile=Valparaíso, Chile"),
		domain: "mañana.example",
		firm:   "S.L.",
		teams:  []string{"Contabilidad", "Compras", "Atención al cliente"},
	}, { // Portuguese
		weight:   40,
		women:    words("Beatriz, Conceicao=Conceição, Flavia=Flávia, Ines=Inês, Joana, Leticia=Letícia, Marisa, Patricia=Patrícia, Rosangela=Rosângela, Thais=Thaís"),
		men:      words("Afonso, Caio, Davi, Estevao=Estêvão, Fabricio=Fabrício, Goncalo=Gonçalo, Joao=João, Luis=Luís, Rogerio=Rogério, Tiago"),
		families: words("Abreu, Azevedo, Brandao=Brandão, Cordeiro, Damasceno, Esteves, Guimaraes=Guimarães, Leitao=Leitão, Magalhaes=Magalhães, Nobrega=Nóbrega, Pacheco, Queiros=Queirós, Sequeira, Teixeira, Vasconcelos"),
		homes: homes("Lisbon, Portugal=Lisboa, Portugal; Porto, Portugal; Sao Paulo, Brazil=São Paulo, Brasil; Salvador, Brazil=Salvador, Brasil; " +
			"Recife, Brazil=Recife, Brasil; Luanda, Angola; Maputo, Mozambique=Maputo, Moçambique"),
		domain: "ação.example",
		firm:   "Lda.",
		teams:  []string{"Vendas", "Recursos humanos", "Logística"},
	}, { // Italian
		weight:   30,
		women:    words("Alessia, Benedetta, Chiara, Donatella, Elisa, Ginevra, Letizia, Ornella, Serena"),
		men:      words("Alessio, Bruno, Corrado, Dario, Ettore, Fabio, Gianluca, Niccolo=Niccolò, Renzo, Saverio"),
		families: words("Amato, Barbieri, D'Angelo, De Santis, Ferrante, Gatti, Lombardi, Marchetti, Orlandi, Pagani, Rinaldi, Sartori, Testa, Vitale"),
		homes:    homes("Rome, Italy=Roma, Italia; Milan, Italy=Milano, Italia; Naples, Italy=Napoli, Italia; Turin, Italy=Torino, Italia; Bologna, Italy=Bologna, Italia"),
		firm:     "S.r.l.",
		teams:    []string{"Amministrazione", "Ufficio acquisti", "Qualità"},
	}, { // Dutch
		weight:   20,
		women:    words("Anouk, Femke, Hanneke, Ilse, Liesbeth, Maartje, Noor, Sanne"),
		men:      words("Bram, Daan, Gijs, Joost, Koen, Maarten, Pieter, Sjoerd, Teun"),
		families: words("van den Berg, de Graaf, Kuiper, van der Linden, Meijer, Postma, Smits, Terpstra, de Wit, Zijlstra"),
		homes:    homes("Amsterdam, Netherlands=Amsterdam, Nederland; Utrecht, Netherlands=Utrecht, Nederland; Ghent, Belgium=Gent, België; Paramaribo, Suriname"),
		firm:     "B.V.",
		teams:    []string{"Verkoop", "Inkoop", "Klantenservice"},
	}}
}
