package main

import (
	"fmt"
	"strconv"

	"github.com/carnet-project/carnet/internal/access"
)

type keyLink struct {
	ID  int64  `arg:"" listed:"carnet key list" help:"The key, as key list shows it."`
	URL string `tried:"server,host,address,base-url,public-url" name:"url" env:"CARNET_URL" blank:"refused by what reads addresses" default:"http://${listen}" placeholder:"URL" help:"The server that the link leads to, as a browser calls it. Default: http://${listen}."`
	format
}

// linkRecord is a link as it is printed.
type linkRecord struct {
	KeyID     int64  `json:"key_id"`
	URL       string `json:"url"`
	ExpiresAt string `json:"expires_at"`
}

func (l linkRecord) row() []string {
	return []string{strconv.FormatInt(l.KeyID, 10), l.URL, l.ExpiresAt}
}

// Run shows a link whole, also where a table would be cut: half of one leads nowhere.
func (c *keyLink) Run(in *surroundings) error {
	c.URL = serverURL(c.URL)
	if err := checkURL(c.URL); err != nil {
		return err
	}
	db, err := in.open()
	if err != nil {
		return err
	}
	defer db.Close()
	token, expires, err := db.Book.KeyLink(in.ctx, c.ID)
	if err != nil {
		return err
	}
	in.did("A link was made all the same, which nobody saw, and which ends in five minutes.")
	r := linkRecord{c.ID, signInURL(c.URL, token), moment(expires)}
	if !c.table() {
		return show(in, c.format, r, nil, r)
	}
	_, err = fmt.Fprintf(in.stdout, "This link signs in to the contact book with key %d, once and within five minutes:\n\n  %s\n", c.ID, r.URL)
	return err
}

// signInURL is where a browser goes that signs in by a link.
func signInURL(server string, link access.Token) string {
	return server + "/ui/in/" + link.Reveal()
}
