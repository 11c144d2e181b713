/* rest_parse_shapes.h: tests of the parser with the queries that the web client sends. */
#ifndef REST_PARSE_SHAPES_H
#define REST_PARSE_SHAPES_H

#include "rest_parse_test.h"

struct shape {
	const char *method, *path, *query; /* as on the wire */
	const char *tree;
};

/* All that differ are shown before the test fails. */
static inline void try_shapes(const struct shape *shapes, size_t count)
{
	static const char *const schemas[] = {"public", NULL};
	static const struct rest_parse_settings settings = {.schemas = schemas,
							    .depth_max = 5,
							    .embeds_max = 20,
							    .conditions_max = 200};
	size_t wrong = 0;

	for (size_t i = 0; i < count; i++) {
		struct unit_request like = {.method = shapes[i].method,
					    .path = shapes[i].path,
					    .query = shapes[i].query,
					    .headers = {{"Accept-Profile", "public"},
							{"Content-Profile", "public"},
							{"Prefer", ""}}};
		struct fn_request *req = unit_request(&like);
		const char *tree = print_query(req, &settings);

		if (strcmp(tree, shapes[i].tree) != 0) {
			print_error("%s\n  gave    %s\n  instead %s\n", shapes[i].query, tree,
				    shapes[i].tree);
			wrong++;
		}
		fn_request_free(req);
	}
	assert_int_equal(wrong, 0);
}

#endif
