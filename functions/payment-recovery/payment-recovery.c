/* payment-recovery: an administrator asks whether the books agree: payments, tickets, refunds and
 * the ledger, and what is open at the providers. What can be mended safely is mended by asking the
 * providers again. Contract: functions.md 11.5. */
#include <string.h>

#include "fn.h"
#include "fn_time.h"
#include "payment-recovery.sql.h"
#include "recovery.h"

enum { BODY_MAX = 8192, DIFFERENCES_MAX = 500, TYPE_MAX = 40, SAMPLE = 40 };
static const uint64_t reserve = 10000000000; /* ns to keep before the deadline */

static const struct fn_message
	not_admin = {403, "not_allowed", "Réservé aux administrateurs", "For administrators only"},
	unknown_type = {400, "unknown_recovery_type",
			"recovery_type : data_verification, point_in_time ou backup_restore",
			"recovery_type: data_verification, point_in_time or backup_restore"},
	no_restore = {501, "restore_not_available",
		      "La restauration n'est pas disponible : elle se fait à la main, voir "
		      "docs/operate.md",
		      "Restoring is not available here: it is done by hand, see docs/operate.md"};

struct recovery {
	struct fn_request *req;
	struct fn_caller by;
	const char *type;
	bool dry_run;
	/* settled by verify() */
	struct fn_uuid id;
	const char *created_at, *tables;
	int64_t mended;
	struct json_object *differences, *errors;
	struct json_object *apart; /* payments of which a provider says something else */
	struct fn_rows sample;
	size_t compared;
};

/* Columns of begin.sql, differences.sql and end.sql. */
enum { RECOVERY, CREATED_AT };
enum { KIND, SUBJECT, DETAIL, REPAIRABLE };
enum { MENDED, TABLES };
/* Columns of sample.sql. */
enum { PAYMENT, PROVIDER, REFERENCE, STATE, MINOR, CURRENCY };

/* The contract's own shape: recovery_id is there even when there is none. */
static struct fn_error *refuse(struct recovery *r, const struct fn_message *why)
{
	struct fn_error *error = fn_fail(r->req, why);

	error->detail = fn_json_keep(fn_request_arena(r->req),
				     FN_OBJECT(fn_json_value("recovery_id", NULL)));
	return error;
}

static void list(struct recovery *r, const char *kind, const char *subject, const char *detail,
		 bool repairable)
{
	fn_json_append(r->differences,
		       FN_OBJECT(fn_json_string("kind", kind), fn_json_string("id", subject),
				 fn_json_string("detail", detail),
				 fn_json_bool("repairable", repairable)));
	fn_json_append(r->errors,
		       fn_json_from_text(fn_arena_format(fn_request_arena(r->req), "%s %s: %s",
							 kind, subject, detail)));
}

/* Runs again from the top after a conflict: touches only *r and the database. */
static struct fn_error *verify(struct fn_tx *tx, void *arg)
{
	struct recovery *r = arg;
	struct fn_arena *arena = fn_request_arena(r->req);
	struct fn_row row, found;
	struct fn_rows rows;

	FN_TRY(fn_auth_alive(tx, &r->by));
	FN_TRY(fn_db_one(tx, &sql_begin,
			 FN_ARGS(fn_arg_uuid(&r->by.id), fn_arg_text(r->type),
				 fn_arg_bool(r->dry_run)),
			 &row));
	if (!fn_row_found(&row))
		return refuse(r, &not_admin);
	r->id = fn_col_uuid(&row, RECOVERY);
	r->created_at = fn_col_text(&row, CREATED_AT);
	r->differences = fn_json_keep(arena, fn_json_array());
	r->errors = fn_json_keep(arena, fn_json_array());
	FN_TRY(fn_db_all(tx, &sql_differences, FN_ARGS(fn_arg_int(DIFFERENCES_MAX)), &rows));
	for (size_t i = 0; i < rows.count; i++) {
		found = fn_rows_at(&rows, i);
		list(r, fn_col_text(&found, KIND), fn_col_text(&found, SUBJECT),
		     fn_col_text(&found, DETAIL), fn_col_bool(&found, REPAIRABLE));
	}
	return fn_db_all(tx, &sql_sample, FN_ARGS(fn_arg_int(SAMPLE)), &r->sample);
}

static bool has_time(const struct fn_request *req)
{
	uint64_t deadline = fn_request_deadline(req);

	return deadline == 0 || fn_time_monotonic() + reserve < deadline;
}

/* With no transaction open: providers may take their time. */
static void ask_providers(struct recovery *r)
{
	r->apart = fn_json_keep(fn_request_arena(r->req), fn_json_array());
	for (size_t i = 0; i < r->sample.count && has_time(r->req); i++) {
		struct fn_row row = fn_rows_at(&r->sample, i);
		struct recovery_payment ours = {
			.id = fn_col_uuid(&row, PAYMENT),
			.provider = fn_col_text(&row, PROVIDER),
			.reference = fn_col_text(&row, REFERENCE),
			.state = fn_col_text(&row, STATE),
			.minor = fn_col_int(&row, MINOR),
			.currency = fn_col_text(&row, CURRENCY),
		};
		const char *theirs = "";

		switch (recovery_compare(r->req, &ours, &theirs)) {
		case RECOVERY_DIFFERS:
			list(r, "provider_differs", ours.id.text,
			     fn_arena_format(fn_request_arena(r->req), "we say %s, %s says %s",
					     ours.state, ours.provider, theirs),
			     true);
			fn_json_append(r->apart, fn_json_from_text(ours.id.text));
			r->compared++;
			break;
		case RECOVERY_AGREES:
			r->compared++;
			break;
		case RECOVERY_UNREAD:
		default:
			break;
		}
	}
}

static struct fn_error *conclude(struct fn_tx *tx, void *arg)
{
	struct recovery *r = arg;
	struct fn_row row;

	FN_TRY(fn_db_one(tx, &sql_end,
			 FN_ARGS(fn_arg_uuid(&r->id),
				 fn_arg_int((int64_t)fn_json_length(r->differences)),
				 fn_arg_bool(r->dry_run),
				 fn_arg_text(fn_json_write(r->apart, NULL))),
			 &row));
	r->mended = fn_col_int(&row, MENDED);
	r->tables = fn_col_text(&row, TABLES);
	return NULL;
}

static struct json_object *warnings(const struct recovery *r)
{
	struct json_object *list = fn_json_array();

	if (fn_json_length(r->differences) >= DIFFERENCES_MAX)
		fn_json_append(list, fn_json_from_text("there are more differences than are "
						       "listed"));
	if (r->compared < r->sample.count)
		fn_json_append(list, fn_json_from_text("some payments could not be read at their "
						       "providers"));
	if (r->mended > 0)
		fn_json_append(list,
			       fn_json_from_text("providers are being asked again: verify once "
						 "more in a minute"));
	return list;
}

static struct fn_error *payment_recovery(struct fn_request *req)
{
	struct recovery r = {.req = req};
	struct fn_fields input;

	FN_TRY(fn_field_begin(req, &input));
	FN_TRY(fn_auth_user(req, &r.by));
	r.type = fn_field_text(&input, "recovery_type", FN_OPTIONAL, TYPE_MAX);
	r.dry_run = fn_field_bool(&input, "dry_run", true);
	FN_TRY(fn_field_end(&input));
	if (r.type == NULL ||
	    (strcmp(r.type, "data_verification") != 0 && strcmp(r.type, "point_in_time") != 0 &&
	     strcmp(r.type, "backup_restore") != 0))
		return refuse(&r, &unknown_type);
	if (strcmp(r.type, "data_verification") != 0)
		return refuse(&r, &no_restore);
	FN_TRY(fn_db_transaction(req, FN_READ_COMMITTED, verify, &r));
	ask_providers(&r);
	FN_TRY(fn_db_transaction(req, FN_READ_COMMITTED, conclude, &r));
	return fn_reply_json(req,
			     FN_OBJECT(fn_json_uuid("recovery_id", &r.id),
				       fn_json_string("recovery_type", r.type),
				       fn_json_int("records_recovered", r.mended),
				       fn_json_value("tables_affected", fn_json_trusted(r.tables)),
				       fn_json_bool("dry_run", r.dry_run),
				       fn_json_bool("success", true),
				       fn_json_value("errors", fn_json_share(r.errors)),
				       fn_json_value("warnings", warnings(&r)),
				       fn_json_value("differences", fn_json_share(r.differences)),
				       fn_json_string("created_at", r.created_at)));
}

const struct fn_function fn_function = {
	.name = "payment-recovery",
	.methods = FN_POST,
	.auth = FN_AUTH_USER,
	.body_max = BODY_MAX,
	.errors = FN_ERRORS_SUCCESS,
	.statements = sql_all,
	.handle = payment_recovery,
};
