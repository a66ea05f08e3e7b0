package fault

// What no request of the API brings about: none of its routes manages Spaces, keys and
// fields, or signs in, and a value reaches a command by ways that a body has not. They
// are for the command line and the book in the browser, where nobody matches on them.
const (
	CodeBudgetInvalid         Code = "budget_invalid"
	CodeBucketUnknown         Code = "bucket_unknown"
	CodeDatabaseNameMalformed Code = "database_name_malformed"
	CodeExpiryMalformed       Code = "expiry_malformed"
	CodeExpiryPast            Code = "expiry_past"
	CodeFieldUnknown          Code = "field_unknown"
	CodeKeyExpired            Code = "key_expired"
	CodeKeyNotFound           Code = "key_not_found"
	CodeKeyRevoked            Code = "key_revoked"
	CodeLabelReserved         Code = "label_reserved"
	CodeLabelTaken            Code = "label_taken"
	CodeLimitInvalid          Code = "limit_invalid"
	CodeLimitMalformed        Code = "limit_malformed"
	CodeLinkEnded             Code = "link_ended" // used, too old or unknown
	CodeNameCharacters        Code = "name_characters"
	CodeNameLength            Code = "name_length"
	CodeNameUntrimmed         Code = "name_untrimmed"
	CodeOperatorAlone         Code = "operator_alone" // a setting of a Space that its keys cannot change
	CodeQuotaInvalid          Code = "quota_invalid"
	CodeBinDaysInvalid        Code = "bin_days_invalid"
	CodeRegionInvalid         Code = "region_invalid"
	CodeRekeying              Code = "rekeying" // a change of the Space's region is under way
	CodeScopeUnknown          Code = "scope_unknown"
	CodeScopesInvalid         Code = "scopes_invalid"
	CodeSessionEnded          Code = "session_ended" // or unknown, or what is sent has not the form of one
	CodeSpaceNotFound         Code = "space_not_found"
	CodeSubscriptionInvalid   Code = "subscription_invalid"
	CodeTextInvisible         Code = "text_invisible" // in a header it is header_invalid
	CodeTextUTF8              Code = "text_utf8"      // a body that is not UTF-8 is refused as a whole
	CodeTimezoneInvalid       Code = "timezone_invalid"
	CodeProfileMalformed      Code = "profile_malformed"
	CodeURLMalformed          Code = "url_malformed"
)
