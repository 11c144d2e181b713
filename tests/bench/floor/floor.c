/* floor: what a data API cannot cost less than. It answers each path with statements that `rest`
 * was seen to send for the same request: no parsing, no token, no catalog, no JSON; one pipelined
 * round trip with prepared statements, and the body as PostgreSQL made it. tests/bench/rest.mjs
 * writes the file that it reads and measures both behind the same nginx.
 *
 *   floor SOCKET WORKERS FILE       the database is that of PGHOST, PGUSER, PGPASSWORD ...
 *
 * FILE is texts that end with a zero byte: for each request its path, status, content type, the
 * number of its steps, and for each step its text, the number of its values and those: "=value", or
 * "-" for NULL. The last step but one (before COMMIT) gives the body. */
#include <fcgiapp.h>
#include <fcntl.h>
#include <libpq-fe.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	REQUESTS_MAX = 512,
	STEPS_MAX = 8,
	TEXTS_MAX = 64,
	VALUES_MAX = 16384,
	BACKLOG = 4096,
	BODY_COLUMN = 2, /* of the envelope that rest selects: total, page_total, body, ... */
	DRAIN_BYTES = 16384,
};

static struct text {
	const char *text;
	char name[16];
	int prepared; /* on this worker's connection */
} texts[TEXTS_MAX];

static struct request {
	const char *path, *status, *type;
	struct step {
		struct text *text;
		const char *const *values;
		int count;
	} steps[STEPS_MAX];
	int count;
} requests[REQUESTS_MAX];

static const char *values[VALUES_MAX];
static size_t text_count, request_count, value_count;

static void leave(const char *what, const char *why)
{
	(void)fprintf(stderr, "floor: %s: %s\n", what, why);
	exit(EXIT_FAILURE);
}

/* ---- the file ---- */

struct reader {
	const char *at, *end;
};

static const char *read_text(struct reader *r)
{
	const char *text = r->at;
	const char *zero = memchr(text, '\0', (size_t)(r->end - text));

	if (zero == NULL)
		leave("file", "cut short");
	r->at = zero + 1;
	return text;
}

static int read_count(struct reader *r, size_t most)
{
	unsigned long count = strtoul(read_text(r), NULL, 10);

	if (count > most)
		leave("file", "more than there is room for");
	return (int)count;
}

static struct text *find_text(const char *text)
{
	for (size_t i = 0; i < text_count; i++) {
		if (strcmp(texts[i].text, text) == 0)
			return &texts[i];
	}
	if (text_count == TEXTS_MAX)
		leave("file", "too many statements");
	texts[text_count].text = text;
	(void)snprintf(texts[text_count].name, sizeof(texts[text_count].name), "s%zu", text_count);
	return &texts[text_count++];
}

static void read_step(struct reader *r, struct step *step)
{
	step->text = find_text(read_text(r));
	step->values = &values[value_count];
	step->count = read_count(r, VALUES_MAX - value_count);
	for (int i = 0; i < step->count; i++) {
		const char *value = read_text(r);

		values[value_count++] = *value == '=' ? value + 1 : NULL;
	}
}

static void read_file(const char *name)
{
	int file = open(name, O_RDONLY | O_CLOEXEC);
	struct reader r;
	struct stat what;

	if (file < 0 || fstat(file, &what) != 0 || what.st_size == 0)
		leave(name, "cannot be read");
	r.at = mmap(NULL, (size_t)what.st_size, PROT_READ, MAP_PRIVATE, file, 0);
	if (r.at == MAP_FAILED)
		leave(name, "cannot be read");
	for (r.end = r.at + what.st_size; r.at < r.end; request_count++) {
		struct request *request = &requests[request_count];

		if (request_count == REQUESTS_MAX)
			leave("file", "too many requests");
		request->path = read_text(&r);
		request->status = read_text(&r);
		request->type = read_text(&r);
		request->count = read_count(&r, STEPS_MAX);
		if (request->count < 2)
			leave("file", "no step that gives the body");
		for (int i = 0; i < request->count; i++)
			read_step(&r, &request->steps[i]);
	}
	(void)close(file);
}

/* ---- the database ---- */

/* The result of one command; the others of a failed pipeline say nothing more. */
static PGresult *receive(PGconn *db)
{
	PGresult *result = PQgetResult(db);
	ExecStatusType status = PQresultStatus(result);

	if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
		leave("database", PQerrorMessage(db));
	PQclear(PQgetResult(db)); /* NULL: the end of this command */
	return result;
}

/* How many results come before that of the step itself. */
static int send_step(PGconn *db, const struct step *step)
{
	int before = 0;

	if (!step->text->prepared)
		before = PQsendPrepare(db, step->text->name, step->text->text, 0, NULL);
	step->text->prepared = 1;
	(void)PQsendQueryPrepared(db, step->text->name, step->count, step->values, NULL, NULL, 0);
	return before;
}

/* All steps in one round trip; the answer of the last but one. */
static PGresult *run(PGconn *db, const struct request *request)
{
	PGresult *body = NULL;
	int before[STEPS_MAX] = {0};

	(void)PQenterPipelineMode(db);
	for (int i = 0; i < request->count; i++)
		before[i] = send_step(db, &request->steps[i]);
	(void)PQpipelineSync(db);
	for (int i = 0; i < request->count; i++) {
		PGresult *result;

		if (before[i] > 0)
			PQclear(receive(db));
		result = receive(db);
		if (i == request->count - 2)
			body = result;
		else
			PQclear(result);
	}
	PQclear(PQgetResult(db)); /* the sync */
	(void)PQexitPipelineMode(db);
	return body;
}

/* ---- the answer ---- */

static void put(FCGX_Request *wire, const char *bytes, int length)
{
	(void)FCGX_PutStr(bytes, length, wire->out);
}

static void put_head(FCGX_Request *wire, const struct request *request, size_t length)
{
	(void)FCGX_FPrintF(wire->out,
			   "Status: %s\r\nContent-Type: %s\r\nContent-Length: %lu\r\n\r\n",
			   request->status, request->type, (unsigned long)length);
}

/* Rows of one column are the elements of a list, as rest joins them. */
static void put_rows(FCGX_Request *wire, const struct request *request, const PGresult *result)
{
	static const char between[] = ", \n ";
	int rows = PQntuples(result);
	size_t length = 2 + (rows > 0 ? (size_t)(rows - 1) * (sizeof(between) - 1) : 0);

	for (int i = 0; i < rows; i++)
		length += (size_t)PQgetlength(result, i, 0);
	put_head(wire, request, length);
	put(wire, "[", 1);
	for (int i = 0; i < rows; i++) {
		if (i > 0)
			put(wire, between, sizeof(between) - 1);
		put(wire, PQgetvalue(result, i, 0), PQgetlength(result, i, 0));
	}
	put(wire, "]", 1);
}

static void answer(FCGX_Request *wire, const struct request *request, const PGresult *result)
{
	int length;

	if (PQnfields(result) == 1) {
		put_rows(wire, request, result);
		return;
	}
	length = PQgetlength(result, 0, BODY_COLUMN);
	put_head(wire, request, (size_t)length);
	put(wire, PQgetvalue(result, 0, BODY_COLUMN), length);
}

static const struct request *find_request(const char *path)
{
	for (size_t i = 0; path != NULL && i < request_count; i++) {
		if (strcmp(requests[i].path, path) == 0)
			return &requests[i];
	}
	return NULL;
}

static void work(int listener)
{
	PGconn *db = PQconnectdb("");
	char drain[DRAIN_BYTES];
	FCGX_Request wire;

	if (PQstatus(db) != CONNECTION_OK)
		leave("database", PQerrorMessage(db));
	if (FCGX_Init() != 0 || FCGX_InitRequest(&wire, listener, 0) != 0)
		leave("libfcgi", "cannot start");
	while (FCGX_Accept_r(&wire) == 0) {
		const struct request *request = find_request(FCGX_GetParam("FN_PATH", wire.envp));

		while (FCGX_GetStr(drain, sizeof(drain), wire.in) == sizeof(drain))
			;
		if (request != NULL) {
			PGresult *result = run(db, request);

			answer(&wire, request, result);
			PQclear(result);
		} else {
			(void)FCGX_FPrintF(wire.out, "Status: 404 Not Found\r\n\r\n");
		}
		FCGX_Finish_r(&wire);
	}
}

/* ---- workers ---- */

static void start_worker(int listener)
{
	pid_t pid = fork();

	if (pid < 0)
		leave("fork", "no process");
	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
		work(listener);
		exit(EXIT_FAILURE);
	}
}

int main(int argc, char **argv)
{
	int listener;

	if (argc != 4)
		leave("use", "floor SOCKET WORKERS FILE");
	read_file(argv[3]);
	(void)umask(0117);
	(void)unlink(argv[1]);
	listener = FCGX_OpenSocket(argv[1], BACKLOG);
	if (listener < 0)
		leave(argv[1], "cannot listen");
	for (unsigned long i = strtoul(argv[2], NULL, 10); i > 0; i--)
		start_worker(listener);
	(void)wait(NULL); /* one that ended is one too few: the numbers would be wrong */
	leave("worker", "ended");
}
