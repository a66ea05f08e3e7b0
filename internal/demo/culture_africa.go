package demo

func africa() []culture {
	return []culture{{ // Amharic: the second name is the father's
		script:   "Ethiopic",
		weight:   15,
		women:    words("Almaz=አልማዝ, Hirut=ሂሩት, Meseret=መሰረት, Selamawit=ሰላማዊት, Tigist=ትዕግስት"),
		men:      words("Bekele=በቀለ, Dawit=ዳዊት, Girma=ግርማ, Tesfaye=ተስፋዬ, Yonas=ዮናስ"),
		families: words("Alemu=አለሙ, Desta=ደስታ, Gebre=ገብሬ, Mulugeta=ሙሉጌታ, Tadesse=ታደሰ, Worku=ወርቁ"),
		homes:    homes("Addis Ababa, Ethiopia=አዲስ አበባ, ኢትዮጵያ; Bahir Dar, Ethiopia=ባሕር ዳር, ኢትዮጵያ; Hawassa, Ethiopia=ሐዋሳ, ኢትዮጵያ; Asmara, Eritrea=አስመራ, ኤርትራ"),
		domain:   "ፖስታ.example",
		teams:    []string{"ሽያጭ", "ሂሳብ"},
	}, { // Nigeria
		weight:   22,
		women:    words("Adaeze, Chidinma, Folasade=Fọláṣadé, Nkechi, Titilayo=Títílayọ̀, Yetunde=Yétúndé"),
		men:      words("Babajide=Babájídé, Chukwuemeka, Kelechi, Obinna, Olumide=Olúmidé, Segun=Ṣẹ́gun, Tunde=Túndé"),
		families: words("Abiodun=Abíọ́dún, Balogun=Balógun, Ezenwa, Ibekwe, Nwachukwu, Odukoya, Ogunleye=Ògúnlẹ́yẹ, Uzoma"),
		homes:    homes("Lagos, Nigeria=Èkó, Nàìjíríà; Ibadan, Nigeria=Ìbàdàn, Nàìjíríà; Enugu, Nigeria; Accra, Ghana"),
		firm:     "Plc",
	}, { // Swahili
		weight:   14,
		women:    words("Akinyi, Neema, Rehema, Wanjiru, Zawadi"),
		men:      words("Baraka, Juma, Kamau, Otieno, Salim"),
		families: words("Barasa, Kariuki, Macharia, Mwakalinga, Njoroge, Odhiambo, Wafula"),
		homes:    homes("Nairobi, Kenya; Mombasa, Kenya; Dar es Salaam, Tanzania; Kampala, Uganda"),
		teams:    []string{"Mauzo", "Uhasibu", "Huduma kwa wateja"},
	}}
}
