package demo

func southeastAsia() []culture {
	return []culture{{ // Thai
		script:   "Thai",
		weight:   20,
		women:    words("Kanya=กัญญา, Malee=มาลี, Naruemon=นฤมล, Pornthip=พรทิพย์, Siriporn=ศิริพร, Wanida=วนิดา"),
		men:      words("Anuchit=อนุชิต, Chaiwat=ชัยวัฒน์, Kittipong=กิตติพงษ์, Narong=ณรงค์, Prasert=ประเสริฐ, Somchai=สมชาย"),
		families: words("Boonmee=บุญมี, Chaiyasit=ไชยสิทธิ์, Jaidee=ใจดี, Kaewmanee=แก้วมณี, Phromma=พรหมมา, Rattanakul=รัตนกุล, Saetang=แซ่ตั้ง, Srisuk=ศรีสุข, Thongdee=ทองดี"),
		homes:    homes("Bangkok, Thailand=กรุงเทพมหานคร ประเทศไทย; Chiang Mai, Thailand=เชียงใหม่ ประเทศไทย; Khon Kaen, Thailand=ขอนแก่น ประเทศไทย; Phuket, Thailand=ภูเก็ต ประเทศไทย"),
		domain:   "จดหมาย.example",
		teams:    []string{"ฝ่ายขาย", "ฝ่ายบัญชี", "ฝ่ายจัดซื้อ"},
	}, { // Vietnamese
		weight:     25,
		women:      words("Thi Huong=Thị Hương, Thi Lan=Thị Lan, Ngoc Anh=Ngọc Ánh, Thuy Linh=Thùy Linh, Bich Ngoc=Bích Ngọc, Kim Chi, Thanh Truc=Thanh Trúc"),
		men:        words("Van Dung=Văn Dũng, Duc Huy=Đức Huy, Minh Quan=Minh Quân, Quoc Bao=Quốc Bảo, Huu Phuoc=Hữu Phước, Trung Kien=Trung Kiên, Tuan Kiet=Tuấn Kiệt"),
		families:   words("Nguyen=Nguyễn, Tran=Trần, Le=Lê, Pham=Phạm, Huynh=Huỳnh, Phan, Vu=Vũ, Dang=Đặng, Bui=Bùi, Do=Đỗ, Duong=Dương, Ly=Lý"),
		order:      "family given",
		latinOrder: "family given",
		homes:      homes("Hanoi, Vietnam=Hà Nội, Việt Nam; Ho Chi Minh City, Vietnam=Thành phố Hồ Chí Minh, Việt Nam; Da Nang, Vietnam=Đà Nẵng, Việt Nam; Hue, Vietnam=Huế, Việt Nam"),
		domain:     "thư.example",
		teams:      []string{"Kế toán", "Kinh doanh", "Nhân sự"},
	}, { // Indonesian and Filipino
		weight:   20,
		women:    words("Ayu, Dewi, Indah, Ligaya, Ratna, Sari, Tala"),
		men:      words("Agus, Bayani, Budi, Crisanto, Hendra, Rizky"),
		families: words("Dimaculangan, Hidayat, Kusuma, Macaraeg, Nugroho, Pangilinan, Santoso, Wibowo"),
		homes:    homes("Jakarta, Indonesia; Surabaya, Indonesia; Manila, Philippines=Maynila, Pilipinas; Cebu City, Philippines; Kuala Lumpur, Malaysia"),
		teams:    []string{"Keuangan", "Pemasaran"},
	}}
}
