package demo

func southAsia() []culture {
	return []culture{{ // Hindi
		script:   "Devanagari",
		weight:   40,
		women:    words("Aarti=आरती, Anjali=अंजलि, Kavita=कविता, Meena=मीना, Pooja=पूजा, Sangeeta=संगीता, Shobha=शोभा, Sunita=सुनीता, Usha=उषा, Vandana=वंदना"),
		men:      words("Ajay=अजय, Dinesh=दिनेश, Harish=हरीश, Naveen=नवीन, Pankaj=पंकज, Rajesh=राजेश, Sandeep=संदीप, Suresh=सुरेश, Vikram=विक्रम, Yogesh=योगेश"),
		families: words("Agarwal=अग्रवाल, Bhardwaj=भारद्वाज, Chaturvedi=चतुर्वेदी, Dubey=दुबे, Gupta=गुप्ता, Joshi=जोशी, Mishra=मिश्रा, Pandey=पांडे, Saxena=सक्सेना, Verma=वर्मा"),
		homes:    homes("Delhi, India=दिल्ली, भारत; Mumbai, India=मुंबई, भारत; Lucknow, India=लखनऊ, भारत; Jaipur, India=जयपुर, भारत; Kathmandu, Nepal=काठमाडौं, नेपाल"),
		domain:   "डाक.example",
		firm:     "Pvt. Ltd.",
		teams:    []string{"लेखा विभाग", "बिक्री", "ग्राहक सेवा"},
	}, { // Bengali
		script:   "Bengali",
		weight:   18,
		women:    words("Ananya=অনন্যা, Farhana=ফারহানা, Mousumi=মৌসুমী, Nasreen=নাসরিন, Shampa=শম্পা, Sharmin=শারমিন"),
		men:      words("Arif=আরিফ, Debashis=দেবাশিস, Masud=মাসুদ, Rafiq=রফিক, Subrata=সুব্রত, Tanvir=তানভীর"),
		families: words("Ahmed=আহমেদ, Banik=বণিক, Chakraborty=চক্রবর্তী, Das=দাস, Ghosh=ঘোষ, Hossain=হোসেন, Mondal=মণ্ডল, Rahman=রহমান, Sarkar=সরকার"),
		homes:    homes("Dhaka, Bangladesh=ঢাকা, বাংলাদেশ; Chattogram, Bangladesh=চট্টগ্রাম, বাংলাদেশ; Sylhet, Bangladesh=সিলেট, বাংলাদেশ; Kolkata, India=কলকাতা, ভারত"),
		domain:   "ডাক.example",
		teams:    []string{"হিসাব বিভাগ", "বিক্রয়"},
	}, { // Tamil: the second name is the father's
		script:   "Tamil",
		weight:   20,
		women:    words("Kavitha=கவிதா, Malarvizhi=மலர்விழி, Meenakshi=மீனாட்சி, Selvi=செல்வி, Thenmozhi=தேன்மொழி, Yazhini=யாழினி"),
		men:      words("Arumugam=ஆறுமுகம், Elango=இளங்கோ, Kathiravan=கதிரவன், Murugan=முருகன், Senthil=செந்தில், Velmurugan=வேல்முருகன்"),
		families: words("Govindan=கோவிந்தன், Kandasamy=கந்தசாமி, Muthusamy=முத்துசாமி, Natarajan=நடராஜன், Perumal=பெருமாள், Ramasamy=ராமசாமி, Thangaraj=தங்கராஜ்"),
		homes:    homes("Chennai, India=சென்னை, இந்தியா; Madurai, India=மதுரை, இந்தியா; Coimbatore, India=கோயம்புத்தூர், இந்தியா; Jaffna, Sri Lanka=யாழ்ப்பாணம், இலங்கை; Singapore=சிங்கப்பூர்"),
		domain:   "அஞ்சல்.example",
		teams:    []string{"கணக்கியல்", "விற்பனை"},
	}, { // Telugu
		script:   "Telugu",
		weight:   10,
		women:    words("Lakshmi=లక్ష్మి, Padmavathi=పద్మావతి, Sirisha=శిరీష, Sravani=శ్రావణి"),
		men:      words("Chandrasekhar=చంద్రశేఖర్, Nagaraju=నాగరాజు, Ramesh=రమేష్, Srinivas=శ్రీనివాస్"),
		families: words("Gadde=గద్దె, Kondapalli=కొండపల్లి, Mandava=మండవ, Nallamothu=నల్లమోతు, Pasupuleti=పసుపులేటి, Yerramilli=యెర్రమిల్లి"),
		order:    "family given",
		homes:    homes("Hyderabad, India=హైదరాబాద్, భారతదేశం; Vijayawada, India=విజయవాడ, భారతదేశం; Visakhapatnam, India=విశాఖపట్నం, భారతదేశం"),
	}, { // Punjabi
		script:   "Gurmukhi",
		weight:   10,
		women:    words("Gurpreet Kaur=ਗੁਰਪ੍ਰੀਤ ਕੌਰ, Harleen Kaur=ਹਰਲੀਨ ਕੌਰ, Manjit Kaur=ਮਨਜੀਤ ਕੌਰ, Simran Kaur=ਸਿਮਰਨ ਕੌਰ"),
		men:      words("Balwinder Singh=ਬਲਵਿੰਦਰ ਸਿੰਘ, Jaspal Singh=ਜਸਪਾਲ ਸਿੰਘ, Kuldeep Singh=ਕੁਲਦੀਪ ਸਿੰਘ, Tejinder Singh=ਤੇਜਿੰਦਰ ਸਿੰਘ"),
		families: words("Bains=ਬੈਂਸ, Dhaliwal=ਧਾਲੀਵਾਲ, Gill=ਗਿੱਲ, Grewal=ਗਰੇਵਾਲ, Sandhu=ਸੰਧੂ, Sidhu=ਸਿੱਧੂ"),
		homes:    homes("Amritsar, India=ਅੰਮ੍ਰਿਤਸਰ, ਭਾਰਤ; Ludhiana, India=ਲੁਧਿਆਣਾ, ਭਾਰਤ; Brampton, Canada +1 905 555 01##; Birmingham, UK +44 121 496 0###"),
	}, { // Malayalam
		script:   "Malayalam",
		weight:   8,
		women:    words("Ammini=അമ്മിണി, Bindu=ബിന്ദു, Leela=ലീല, Sreeja=ശ്രീജ"),
		men:      words("Rajeev=രാജീവ്, Sajan=സാജൻ, Unni=ഉണ്ണി"),
		families: words("Kurian=കുര്യൻ, Nair=നായർ, Pillai=പിള്ള, Varghese=വർഗീസ്"),
		homes:    homes("Kochi, India=കൊച്ചി, ഇന്ത്യ; Thiruvananthapuram, India=തിരുവനന്തപുരം, ഇന്ത്യ; Kozhikode, India=കോഴിക്കോട്, ഇന്ത്യ"),
	}}
}
