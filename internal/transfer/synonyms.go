package transfer

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// concept is what a column is about.
type concept string

// The concepts of which a contact is made. All others are about something that it has no
// place for by itself.
const (
	isID        concept = "id"
	isMail      concept = "email"
	isPhone     concept = "phone"
	isFullName  concept = "name"
	isPrefix    concept = "prefix"
	isGiven     concept = "given"
	isMiddle    concept = "middle"
	isFamily    concept = "family"
	isSuffix    concept = "suffix"
	isCompany   concept = "company"
	isAddress   concept = "address"
	isStreet    concept = "street"
	isBox       concept = "box"
	isCity      concept = "city"
	isRegion    concept = "region"
	isPostcode  concept = "postcode"
	isCountry   concept = "country"
	isFax       concept = "fax"
	isNotTheirs concept = "another column, or somebody else"
	isBirthday  concept = "birthday"
	isNote      concept = "note"
	isJob       concept = "job"
	isPage      concept = "page"
	isGroup     concept = "group"
)

// synonyms are what columns are called, folded, in the languages that programs
// write most.
var synonyms = func() map[string]concept {
	all := map[string]concept{}
	for of, names := range map[concept]string{
		isID: "id|contact id|carnet id",
		isMail: "email|e mail|mail|email address|e mail address|mail address|emails|primary email|secondary email|email value|e mail value|" +
			"e mail adresse|email adresse|mailadresse|e mailadresse|courriel|adresse email|adresse e mail|adresse mail|adresse de messagerie|adresse courriel|" +
			"correo|correo electronico|email correo|direccion de correo electronico|direccion de correo|indirizzo email|indirizzo e mail|posta elettronica|" +
			"endereco de email|endereco de e mail|correio eletronico|e mailadres|emailadres|e post|epost|e postadress|sahkoposti|e mail cim|adres e mail|eposta|e posta|" +
			"電子メール|メール|メールアドレス|eメール|邮箱|电子邮件|电子邮箱|電子郵件|邮件|이메일|전자 메일|메일|почта|электронная почта|адрес электронной почты|имейл|емейл",
		isPhone: "phone|phones|phone number|phone no|telephone|telephone number|tel|tel no|tel nr|mobile|mobile phone|mobile number|cell|cell phone|cellphone|cellular|handy|mobil|mobiltelefon|handynummer|" +
			"phone value|primary phone|main phone|car phone|pager|pager number|primary|whatsapp|contact number|telefon|telefonnummer|rufnummer|festnetz|telefon mobil|mobilnummer|autotelefon|haupttelefon|weiteres telefon|" +
			"telephone mobile|portable|tel portable|telephone portable|numero de telephone|gsm|fixe|telephone fixe|telefono|telefono movil|movil|celular|numero de telefono|cellulare|numero di telefono|telemovel|telefone|" +
			"telefoon|telefoonnummer|mobiel|mobiele telefoon|puhelin|puhelinnumero|telefonszam|numer telefonu|telefon komorkowy|komorka|cep telefonu|" +
			"電話|電話番号|携帯|携帯電話|電話 携帯|手机|手机号|手机号码|电话|电话号码|電話號碼|전화|전화번호|휴대폰|휴대전화|핸드폰|телефон|мобильный|мобильный телефон|номер телефона",
		isFullName: "name|names|full name|fullname|display name|contact name|contact|customer name|client name|person|vollstandiger name|anzeigename|kontakt|ansprechpartner|kunde|" +
			"nom complet|nom affiche|nom et prenom|nom prenom|nombre completo|nombre y apellidos|nome completo|nominativo|naam|volledige naam|weergavenaam|namn|navn|fulde navn|nimi|imie i nazwisko|ad soyad|ime i prezime|" +
			"名前|氏名|お名前|表示名|姓名|名字|全名|이름|성명|фио|полное имя",
		isPrefix: "name prefix|prefix|salutation|honorific|honorific prefix|anrede|namenszusatz|civilite|tratamiento|titolo|aanhef|敬称|称呼",
		isGiven: "first name|firstname|first|given name|givenname|given|forename|vorname|vornamen|prenom|nombre|nombres|nombre de pila|primer nombre|nome|primeiro nome|voornaam|fornamn|fornavn|etunimi|keresztnev|imie|ad|adi|ime|prenume|" +
			"名|名前 名|given name 名|이름 名|имя|ονομα|jmeno",
		isMiddle: "middle name|middlename|middle|additional name|second name|zweiter vorname|weitere vornamen|deuxieme prenom|segundo nombre|secondo nome|nome do meio|tussenvoegsel|drugie imie|ミドル ネーム|отчество",
		isFamily: "last name|lastname|last|family name|familyname|surname|sur name|nachname|familienname|zuname|nom|nom de famille|apellido|apellidos|primer apellido|cognome|sobrenome|apelido|ultimo nome|achternaam|familienaam|efternamn|etternavn|efternavn|sukunimi|vezeteknev|nazwisko|soyad|soyadi|prezime|nume|" +
			"姓|名前 姓|성|фамилия|επωνυμο|prijmeni",
		isSuffix: "name suffix|suffix|generation|namenssuffix|suffixe|sufijo|suffisso|sufixo|achtervoegsel",
		isCompany: "company|company name|organization|organisation|organization name|organisation name|account name|company account name|business name|employer|firma|firmenname|unternehmen|organisation firma|" +
			"societe|entreprise|empresa|compania|organizacion|azienda|societa|ragione sociale|organizzazione|organizacao|bedrijf|bedrijfsnaam|organisatie|foretag|yritys|ceg|cegnev|sirket|" +
			"会社|会社名|勤務先|公司|公司名称|单位|회사|회사명|компания|организация",
		isAddress: "address|addresses|location|locations|full address|postal address|formatted|address formatted|adresse|anschrift|postanschrift|direccion|domicilio|indirizzo|endereco|adres|adress|osoite|cim|adresa|住所|地址|주소|адрес",
		isStreet: "street|street address|street and number|address line|address street|extended address|address extended address|strasse|straße|strasse hausnummer|hausnummer|rue|calle|via|rua|logradouro|straat|gata|gade|katuosoite|utca|ulica|sokak|" +
			"番地|街道|거리|улица",
		isBox:      "po box|address po box|postfach|boite postale|apartado|casella postale|caixa postal|postbus",
		isCity:     "city|town|address city|locality|stadt|ort|wohnort|ville|ciudad|localidad|poblacion|citta|comune|cidade|localidade|plaats|woonplaats|stad|ort stadt|by|kaupunki|varos|miasto|sehir|grad|市区町村|城市|市|도시|город",
		isRegion:   "state|province|region|county|state province|state region|address region|bundesland|kanton|departement|etat|provincia|estado|comunidad autonoma|regione|provincie|lan|wojewodztwo|megye|都道府県|省|시도|область|регион",
		isPostcode: "zip|zip code|zipcode|postcode|post code|postal code|postalcode|zip postal code|address postal code|plz|postleitzahl|code postal|codigo postal|cp|cap|codice postale|cep|postnummer|postinumero|iranyitoszam|kod pocztowy|posta kodu|郵便番号|邮编|邮政编码|우편번호|индекс|почтовый индекс",
		isCountry:  "country|country region|country code|address country|land|land region|staat|pays|pais|paese|nazione|maa|orszag|kraj|ulke|国|国 地域|国家|国家 地区|국가|страна",
		isFax:      "fax|fax number|telefax|faxnummer|telecopie|fax tel|ファックス|传真|팩스|факс|telex|isdn|tty tdd phone",
		isNotTheirs: "email type|e mail type|email display name|e mail display name|email label|e mail label|phone label|phone type|address type|address label|assistant s phone|company main phone|callback|radio phone|" +
			"company yomi|organization yomi name|contact owner|owner email|owner name|organization location",
		isBirthday: "birthday|birth date|birthdate|date of birth|dob|geburtstag|geburtsdatum|anniversaire|date de naissance|cumpleanos|fecha de nacimiento|compleanno|data di nascita|aniversario|data de nascimento|verjaardag|geboortedatum|fodelsedag|誕生日|生日|생일|день рождения|дата рождения",
		isNote:     "note|notes|comment|comments|remarks|description|bemerkung|bemerkungen|notiz|notizen|kommentar|remarque|remarques|nota|notas|observaciones|commenti|note aggiuntive|opmerking|opmerkingen|メモ|备注|메모|заметки",
		isJob:      "job title|title|position|role|occupation|profession|organization title|organisation title|function|beruf|funktion|stellenbezeichnung|poste|fonction|cargo|puesto|ruolo|professione|functie|役職|职位|职务|직책|должность",
		isPage:     "website|web site|url|web page|homepage|personal web page|website value|webseite|internet|site web|sitio web|pagina web|sito web|ウェブサイト|网站|웹사이트|сайт",
		isGroup:    "tags|tag|labels|label|groups|group|group membership|categories|category|kategorien|kategorie|schlagworter|gruppe|gruppen|etiquettes|etiquetas|categorias|グループ|标签|그룹",
	} {
		for name := range strings.SplitSeq(names, "|") {
			all[fold(name)] = of
		}
	}
	return all
}()

// places are words in the name of a column that tell which address, phone or
// email it is.
var places = map[string]bool{}

func init() {
	for word := range strings.FieldsSeq("business home other work mailing billing shipping private personal company office default primary secondary alternate alternative main " +
		"geschaftlich geschäftlich privat privee prive pro professionnel professionnelle domicile bureau autre weitere weiterer weiteres trabajo casa particular otro lavoro zakelijk thuis overig") {
		places[fold(word)] = true
	}
}

// fold gives what names of columns are compared by: letters and digits, without
// case, accents and width, a space for all else.
func fold(name string) string {
	var b strings.Builder
	gap := false
	for _, r := range norm.NFKD.String(name) {
		switch {
		case unicode.Is(unicode.Mn, r) && r < 0x3000: // not the marks of kana
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r):
			if gap && b.Len() > 0 {
				b.WriteByte(' ')
			}
			gap = false
			b.WriteRune(unicode.ToLower(r))
		default:
			gap = true
		}
	}
	return norm.NFC.String(b.String())
}

// meaning is what the name of a column says: what it is about, and of which of
// several addresses.
type meaning struct {
	concept concept
	place   string
}

// meaningOf looks a name of a column up, whole, then without the words and numbers
// that tell one of several from another.
func meaningOf(header string) meaning {
	name := fold(header)
	if c, ok := synonyms[name]; ok {
		return meaning{concept: c}
	}
	var kept, place []string
	words := strings.Fields(name)
	for i, word := range words {
		switch {
		case places[word]:
			place = append(place, word)
		case isDigits(word) || len(word) == 1 && i == len(words)-1 && i > 0 && word[0] >= 'a' && word[0] <= 'z':
			if i > 0 && i < len(words)-1 && synonyms[words[i-1]] == isAddress { // Address 1 - City
				place = append(place, word)
			}
		default:
			kept = append(kept, strings.TrimRight(word, "0123456789"))
		}
	}
	if len(kept) == 0 {
		return meaning{}
	}
	c := synonyms[strings.Join(kept, " ")]
	switch c {
	case isID, isFullName, isGiven, isFamily, isMiddle: // "company name", "work id"
		if len(place) > 0 {
			return meaning{}
		}
	}
	return meaning{c, strings.Join(place, " ")}
}
