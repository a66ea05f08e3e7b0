package fault

// What no request brings about: no route manages Spaces, keys and fields, and a
// value reaches a command by ways that a body has not. They are for the command
// line alone, where nobody matches on them.
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
	CodeNameCharacters        Code = "name_characters"
	CodeNameLength            Code = "name_length"
	CodeNameUntrimmed         Code = "name_untrimmed"
	CodeQuotaInvalid          Code = "quota_invalid"
	CodeRegionInvalid         Code = "region_invalid"
	CodeScopeUnknown          Code = "scope_unknown"
	CodeScopesInvalid         Code = "scopes_invalid"
	CodeSpaceNotFound         Code = "space_not_found"
	CodeSubscriptionInvalid   Code = "subscription_invalid"
	CodeTextInvisible         Code = "text_invisible" // in a header it is header_invalid
	CodeTextUTF8              Code = "text_utf8"      // a body that is not UTF-8 is refused as a whole
	CodeTimezoneInvalid       Code = "timezone_invalid"
	CodeURLMalformed          Code = "url_malformed"
)
