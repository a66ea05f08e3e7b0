package fault

// Code says which error it is. Clients match on it, so a code is never renamed,
// and never takes another meaning (CONTRACT D3). This is the one list of them:
// package api repeats what a request can be answered with, in the same words.
type Code string

// The key and what it may do: 401, 403, 429.
const (
	CodeKeyMissing           Code = "key_missing"
	CodeKeyMalformed         Code = "key_malformed"
	CodeKeyInvalid           Code = "key_invalid" // unknown, revoked or expired
	CodeScopeMissing         Code = "scope_missing"
	CodeSubscriptionInactive Code = "subscription_inactive"
	CodeLinkInvalid          Code = "link_invalid" // a link to a file: it has ended, or its key has
	CodeRateLimited          Code = "rate_limited"
	CodeOverBudget           Code = "over_budget" // the key may not take away, or change, that much: 403
)

// The address and the request as a whole: 404, 405, 412, 413, 415, 421, 422.
const (
	CodeHostUnexpected      Code = "host_unexpected" // the server is not known by the host of its URL: 421
	CodeRouteNotFound       Code = "route_not_found"
	CodeMethodNotAllowed    Code = "method_not_allowed"
	CodeContactNotFound     Code = "contact_not_found"
	CodeChangeNotFound      Code = "change_not_found"
	CodeJobNotFound         Code = "job_not_found"
	CodePlanNotFound        Code = "plan_not_found"
	CodeExportNotFound      Code = "export_not_found"
	CodeImportNotFound      Code = "import_not_found"
	CodeMappingNotFound     Code = "mapping_not_found"
	CodeVersionNotFound     Code = "version_not_found" // the id never led to a contact in that version
	CodeContactTooLarge     Code = "contact_too_large" // no PUT could send it back
	CodeInvalidID           Code = "invalid_id"
	CodeVersionMismatch     Code = "version_mismatch" // IfMatch: the contact has changed
	CodeETagInvalid         Code = "etag_invalid"
	CodeBaseUnknown         Code = "base_unknown" // BaseVersion: the contact was never at that version
	CodeHeaderInvalid       Code = "header_invalid"
	CodeBodyTooLarge        Code = "body_too_large"
	CodeContentType         Code = "content_type"
	CodeEncodingUnsupported Code = "encoding_unsupported"
	CodeParameterInvalid    Code = "parameter_invalid"
	CodeRepeatedParameter   Code = "repeated_parameter"
	CodeUnknownParameter    Code = "unknown_parameter"
	CodeCursorInvalid       Code = "cursor_invalid"     // of another query, or changed
	CodeIdempotencyReused   Code = "idempotency_reused" // the Idempotency-Key was of another request
)

// What stands in the way of a write: 409.
const (
	CodeConflict              Code = "conflict"      // BaseVersion: both have changed the same
	CodeUndoConflict          Code = "undo_conflict" // what is to be taken back was changed again since
	CodeAlreadyUndone         Code = "already_undone"
	CodeAlias                 Code = "alias"            // the id leads to another contact, which would go
	CodeHistoryTooLong        Code = "history_too_long" // of an unmerge
	CodeDistinct              Code = "distinct"         // somebody said that they are two
	CodeJobClosed             Code = "job_closed"
	CodeJobNeeded             Code = "job_needed"              // it must come to its end
	CodePlanBuilding          Code = "plan_building"           // it is not known yet what it would do
	CodePlanChanged           Code = "plan_changed"            // the hash is that of another
	CodePlanClosed            Code = "plan_closed"             // it was applied, or ended otherwise
	CodePlanExpired           Code = "plan_expired"            // 410
	CodeErased                Code = "erased"                  // 410
	CodeTooManyRemovals       Code = "too_many_removals"       // more than MaxRemovals allows
	CodeIdempotencyInProgress Code = "idempotency_in_progress" // the request of this Idempotency-Key still runs
)

// A batch: 413, 422, 424.
const (
	CodeBatchTooHeavy Code = "batch_too_heavy" // what is to be done together
	CodeSplitBatch    Code = "split_batch"     // it rests on what an operation before it changes
	CodeBatchFailed   Code = "batch_failed"    // not done, because another operation of an atomic batch was refused
)

// The body as JSON: 422.
const (
	CodeBodyEmpty        Code = "body_empty"
	CodeBodyIncomplete   Code = "body_incomplete"
	CodeJSONSyntax       Code = "json_syntax"
	CodeJSONNotObject    Code = "json_not_object"
	CodeJSONDuplicateKey Code = "json_duplicate_key"
	CodeJSONInvalidUTF8  Code = "json_invalid_utf8"
	CodeJSONTooDeep      Code = "json_too_deep"
	CodeJSONTrailingData Code = "json_trailing_data"
)

// What the body says: 422.
const (
	CodeUnknownField   Code = "unknown_field"
	CodeFieldMissing   Code = "field_missing"
	CodeWrongType      Code = "wrong_type"
	CodeNullNotAllowed Code = "null_not_allowed"
	CodePatchEmpty     Code = "patch_empty"   // a Put that names nothing
	CodeContactEmpty   Code = "contact_empty" // a Create without an email, a phone or a name
	CodeIDMismatch     Code = "id_mismatch"
	CodeTooManyItems   Code = "too_many_items"
	CodeMergedNotFound Code = "merged_not_found"
	CodeMergeSelf      Code = "merge_self"      // they are one contact already
	CodePreferInvalid  Code = "prefer_invalid"  // Prefer names a contact that is not merged here, or has not that field
	CodeNotMerged      Code = "not_merged"      // the id does not lead to this contact, or is its own
	CodeMatchNothing   Code = "match_nothing"   // the id of a row of an import leads nowhere
	CodeMatchSeveral   Code = "match_several"   // a row of an import is about several contacts
	CodeRowRefused     Code = "row_refused"     // a row of an import cannot be read as the mapping says
	CodeFileUnreadable Code = "file_unreadable" // a file that is to be imported
)

// Values: 422.
const (
	CodeEmailInvalid  Code = "email_invalid"
	CodeEmailDomain   Code = "email_domain"
	CodeEmailTooLong  Code = "email_too_long"
	CodePhoneInvalid  Code = "phone_invalid"
	CodePhoneTooLong  Code = "phone_too_long"
	CodeTextEmpty     Code = "text_empty"
	CodeTextTooLong   Code = "text_too_long"
	CodeTextControl   Code = "text_control"
	CodeTextNUL       Code = "text_nul"
	CodeTextBidi      Code = "text_bidi"
	CodeNumberInvalid Code = "number_invalid"
	CodeNumberRange   Code = "number_range"
	CodeDateInvalid   Code = "date_invalid"
)

// The server: 503, where nothing was done, and 500.
const (
	CodeClockJumped    Code = "clock_jumped" // nothing is written until the server's clock is set right
	CodeDatabaseBusy   Code = "database_busy"
	CodeNotReady       Code = "not_ready"
	CodeOverloaded     Code = "overloaded"
	CodeReadOnly       Code = "read_only"
	CodeShuttingDown   Code = "shutting_down"
	CodeStorageFailed  Code = "storage_failed"
	CodeStorageFull    Code = "storage_full"
	CodeSpaceFull      Code = "space_full" // the Space has reached its quota: 507
	CodeTimeout        Code = "timeout"
	CodeInternal       Code = "internal"
	CodeOutcomeUnknown Code = "outcome_unknown" // nobody can tell whether a write was saved: read before you repeat it
	CodeRowDamaged     Code = "row_damaged"     // what is stored is not as it was written, and not given out: a backup may have it
)
