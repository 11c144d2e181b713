/* replay.c: main() of a fuzz target without libFuzzer: runs it over the files that it is given, and
 * over the empty input. A finding ends the process, by a signal or through a sanitizer. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerInitialize(int *argc, char ***argv) __attribute__((weak));
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX = 1 << 20 };

static int replay(const char *path)
{
	FILE *file = fopen(path, "rbe");
	uint8_t *exact, *bytes;
	size_t size;

	if (file == NULL) {
		perror(path);
		return EXIT_FAILURE;
	}
	bytes = malloc(INPUT_MAX);
	if (bytes == NULL)
		abort();
	size = fread(bytes, 1, INPUT_MAX, file);
	(void)fclose(file);
	exact = realloc(bytes, size > 0 ? size : 1); /* so that reading past the end is noticed */
	if (exact == NULL)
		abort();
	(void)LLVMFuzzerTestOneInput(exact, size);
	free(exact);
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	int status = EXIT_SUCCESS;

	if (LLVMFuzzerInitialize != NULL && LLVMFuzzerInitialize(&argc, &argv) != 0)
		return EXIT_FAILURE;
	(void)LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
	for (int i = 1; i < argc && status == EXIT_SUCCESS; i++)
		status = replay(argv[i]);
	return status;
}
