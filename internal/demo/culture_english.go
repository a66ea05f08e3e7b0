package demo

func english() []culture {
	return []culture{{ // North America
		weight:   140,
		women:    words("Alice, Beth, Carol, Dana, Erin, Grace, Heather, Joan, Kayla, Megan, Nora, Paige, Ruth, Tessa, Wendy"),
		men:      words("Aaron, Blake, Caleb, Derek, Ethan, Frank, Gavin, Howard, Isaac, Joel, Kyle, Logan, Marcus, Nathan, Owen"),
		families: words("Abbott, Barlow, Calloway, Denton, Ellison, Fairchild, Garrison, Haverford, Ingram, Jennings, Kirkland, Langley, Merritt, Norwood, Oakes, Prescott, Quimby, Sheffield, Thorne, Underhill, Vaughn, Whitlock, Yates"),
		homes: homes("Seattle, WA, USA +1 206 555 01##; Chicago, IL, USA +1 312 555 01##; Boston, MA, USA +1 617 555 01##; " +
			"Brooklyn, NY, USA +1 718 555 01##; Austin, TX, USA +1 512 555 01##; Portland, OR, USA +1 503 555 01##; " +
			"Denver, CO, USA +1 303 555 01##; San Francisco, CA, USA +1 415 555 01##; Honolulu, HI, USA=Honolulu, Hawaiʻi +1 808 555 01##; " +
			"Toronto, ON, Canada +1 416 555 01##; Vancouver, BC, Canada +1 604 555 01##; Calgary, AB, Canada +1 403 555 01##; " +
			"Montreal, QC, Canada=Montréal, QC, Canada +1 514 555 01##; Halifax, NS, Canada +1 902 555 01##"),
		firm: "Inc.",
	}, { // United Kingdom
		weight:   70,
		women:    words("Amelia, Bronwen, Charlotte, Daisy, Eleanor, Fiona, Georgina, Harriet, Imogen, Poppy, Rhiannon, Zoe=Zoë"),
		men:      words("Alistair, Barnaby, Callum, Duncan, Edmund, Fergus, Gareth, Hamish, Jasper, Rhys, Rupert, Toby"),
		families: words("Ashworth, Birtwistle, Cartwright, Dunmore, Entwistle, Fairfax, Gillespie, Holloway, Ibbotson, Kershaw, Lockwood, MacLeod, Ogilvie, Pemberton, Rawlins, Tregenza, Umpleby, Wainwright"),
		homes: homes("London, UK +44 20 7946 0###; Bristol, UK +44 117 496 0###; Leeds, UK +44 113 496 0###; " +
			"Manchester, UK +44 161 496 0###; Edinburgh, Scotland +44 131 496 0###; Glasgow, Scotland=Glaschu, Alba +44 141 496 0###; " +
			"Cardiff, Wales=Caerdydd, Cymru +44 29 2018 0###; Newcastle upon Tyne, UK +44 191 498 0###"),
		mobiles: []string{"+44 7700 900###", "+44 7700 900###"},
		firm:    "Ltd",
	}, { // Ireland
		weight:   20,
		women:    words("Aoife, Caoimhe, Ciara, Grainne=Gráinne, Maire=Máire, Niamh, Roisin=Róisín, Siobhan=Siobhán"),
		men:      words("Cathal, Cian, Conall, Declan, Donal=Dónal, Eoin, Oisin=Oisín, Padraig=Pádraig, Ruairi=Ruairí, Seamus=Séamus"),
		families: words("Brennan, Byrne, Cassidy, Costello, Doherty, Gallagher, Hanlon, Kavanagh, MacNamara, Moriarty, O'Brien, O'Donovan, O'Sullivan, Quinlan, Tiernan"),
		homes: homes("Dublin, Ireland=Baile Átha Cliath, Éire +353 20 91# ####; Cork, Ireland=Corcaigh, Éire +353 20 91# ####; " +
			"Galway, Ireland=Gaillimh, Éire +353 20 91# ####; Limerick, Ireland=Luimneach, Éire +353 20 91# ####"),
		firm: "Teo",
	}, { // Australia
		weight:   30,
		women:    words("Alana, Bree, Chloe, Jacinta, Kirra, Matilda, Tahlia, Yvette"),
		men:      words("Angus, Brodie, Cooper, Darcy, Heath, Lachlan, Mitchell, Riley"),
		families: words("Bowden, Cudmore, Drysdale, Farrelly, Gunn, Halloran, Kearsley, Lawler, Mulcahy, Strachan, Tully, Wickham"),
		homes: homes("Sydney, Australia +61 2 5550 ####; Melbourne, Australia +61 3 5550 ####; Brisbane, Australia +61 7 5550 ####; " +
			"Perth, Australia +61 8 5550 ####; Adelaide, Australia +61 8 7010 ####; Hobart, Tasmania +61 3 7010 ####"),
		firm: "Pty Ltd",
	}}
}
