/* rest_plan_reads_db_test.c: reads, run by PostgreSQL. */
#include "rest_plan_rows_test.h"

static const struct asked selects_columns_paths_and_computed_ones_list[] = {
	{GET("/clients", "select=id,name&order=id&limit=5"),
	 "|2|[{\"id\":1,\"name\":\"Ada\"}, \n {\"id\":2,\"name\":\"Bo\"}]||", 0},
	{GET("/clients", "id=eq.1"), "|1|[{\"id\":1,\"name\":\"Ada\"}]||", 0},
	{GET("/projects", "id=eq.1&select=id,label:name,name::character varying"),
	 "|1|[{\"id\":1,\"label\":\"Nile\",\"name\":\"Nile\"}]||", 0},
	{GET("/projects", "id=eq.1&select=data->a->b->>1,data->a->b->0,tags->0,x:tags->>1"),
	 "|1|[{\"b\":\"x\",\"b\":1,\"tags\":\"x\",\"x\":\"y\"}]||", 0},
	{GET("/projects", "id=eq.1&select=data->a->b->>-1"), "|1|[{\"b\":\"x\"}]||", 0},
	{GET("/projects", "id=eq.1&select=id,title"), "|1|[{\"id\":1,\"title\":\"NILE\"}]||", 0},
	{GET("/projects", "title=eq.NILE&select=id&limit=9"), "|1|[{\"id\":1}]||", 0},
	{GET("/clients", "select=id&order=id"), "{\"id\":1}\n{\"id\":2}", 0},
};

static void selects_columns_paths_and_computed_ones(void **state)
{
	ASK(selects_columns_paths_and_computed_ones_list);
}

static const struct asked filters_by_every_operator_list[] = {
	{GET("/projects",
	     "select=id&limit=9&name=like.Ni*&id=gte.1&id=lt.3&order=id.desc.nullslast"),
	 "|2|[{\"id\":2}, \n {\"id\":1}]||", 0},
	{GET("/projects", "select=id&limit=9&name=ilike(any).{ni*,now*}&order=id"),
	 "|3|[{\"id\":1}, \n {\"id\":2}, \n {\"id\":3}]||", 0},
	{GET("/projects", "select=id&limit=9&name=match.^N&name=not.imatch.e$&order=id"),
	 "|1|[{\"id\":2}]||", 0},
	{GET("/projects", "select=id&limit=9&id=in.(1,3)&client_id=not.is.null"),
	 "|1|[{\"id\":1}]||", 0},
	{GET("/projects", "select=id&limit=9&name=in.(Nile,\"a,\\\"b\")"), "|1|[{\"id\":1}]||", 0},
	{GET("/projects", "select=id&limit=9&id=in.()"), "|0|[]||", 0},
	{GET("/projects", "select=id&limit=9&client_id=is.null"), "|1|[{\"id\":3}]||", 0},
	{GET("/projects", "select=id&limit=9&client_id=isdistinct.1&order=id"),
	 "|2|[{\"id\":2}, \n {\"id\":3}]||", 0},
	{GET("/projects", "select=id&limit=9&tags=cs.{x}&tags=ov.{x,z}"), "|1|[{\"id\":1}]||", 0},
	{GET("/projects", "select=id&limit=9&tags=cd.{x,y,z}&order=id"),
	 "|2|[{\"id\":1}, \n {\"id\":2}]||", 0},
	{GET("/projects", "select=id&limit=9&data=cs.{\"a\":5}"), "|1|[{\"id\":3}]||", 0},
	{GET("/projects", "select=id&limit=9&data->a->b->>1=eq.x"), "|1|[{\"id\":1}]||", 0},
	{GET("/projects", "select=id&limit=9&name=fts(simple).nile"), "|1|[{\"id\":1}]||", 0},
	{GET("/projects", "select=id&limit=9&name=plfts.nile"), "|1|[{\"id\":1}]||", 0},
	{GET("/projects", "select=id&limit=9&search=wfts(simple).long river"), "|1|[{\"id\":1}]||",
	 0},
	{GET("/projects", "select=id&limit=9&name=not.phfts.nile&order=id"),
	 "|2|[{\"id\":2}, \n {\"id\":3}]||", 0},
	{GET("/projects", "select=id&limit=9&or=(id.eq.1,and(id.gt.2,name.like.No*))&order=id"),
	 "|2|[{\"id\":1}, \n {\"id\":3}]||", 0},
	{GET("/projects", "select=id&limit=9&not.or=(id.eq.1,not.and(id.gt.2,name.eq.x))"),
	 "|0|[]||", 0},
	{GET("/projects", "select=id&limit=9&id=eq(any).{1,2}&order=id"),
	 "|2|[{\"id\":1}, \n {\"id\":2}]||", 0},
};

static void filters_by_every_operator(void **state)
{
	ASK(filters_by_every_operator_list);
}

static const struct asked orders_and_pages_list[] = {
	{GET("/projects", "select=id&limit=2&offset=1&order=client_id.desc.nullsfirst,id"),
	 "|2|[{\"id\":2}, \n {\"id\":1}]||", 0},
	{GET("/projects", "select=id&limit=9&order=data->a.desc.nullslast,id"),
	 "|3|[{\"id\":1}, \n {\"id\":3}, \n {\"id\":2}]||", 0},
	{GET("/projects", "select=id,clients(name)&limit=9&order=clients(name).desc.nullslast"),
	 "|3|[{\"id\":2,\"clients\":{\"name\":\"Bo\"}}, \n "
	 "{\"id\":1,\"clients\":{\"name\":\"Ada\"}}, \n {\"id\":3,\"clients\":null}]||",
	 0},
	{GET("/projects", "select=id,clients(id)&limit=9&order=clients(name).desc.nullslast"),
	 "|3|[{\"id\":2,\"clients\":{\"id\":2}}, \n {\"id\":1,\"clients\":{\"id\":1}}, \n "
	 "{\"id\":3,\"clients\":null}]||",
	 0},
	{GET("/projects", "select=id,...clients(client:name)&limit=9&order=clients(name)."
			  "asc.nullsfirst"),
	 "|3|[{\"id\":3,\"client\":null}, \n {\"id\":1,\"client\":\"Ada\"}, \n "
	 "{\"id\":2,\"client\":\"Bo\"}]||",
	 0},
};

static void orders_and_pages(void **state)
{
	ASK(orders_and_pages_list);
}

static const struct asked embeds_every_kind_list[] = {
	{GET("/projects", "select=id,clients(id,name)&limit=9&order=id"),
	 "|3|[{\"id\":1,\"clients\":{\"id\":1,\"name\":\"Ada\"}}, \n "
	 "{\"id\":2,\"clients\":{\"id\":2,\"name\":\"Bo\"}}, \n "
	 "{\"id\":3,\"clients\":null}]||",
	 0},
	{GET("/projects", "select=id,client:clients!client_id(*)&limit=9&order=id"),
	 "|3|[{\"id\":1,\"client\":{\"id\":1,\"name\":\"Ada\"}}, \n "
	 "{\"id\":2,\"client\":{\"id\":2,\"name\":\"Bo\"}}, \n "
	 "{\"id\":3,\"client\":null}]||",
	 0},
	{GET("/projects", "select=id,client_id(name)&limit=9&order=id"),
	 "|3|[{\"id\":1,\"client_id\":{\"name\":\"Ada\"}}, \n "
	 "{\"id\":2,\"client_id\":{\"name\":\"Bo\"}}, \n {\"id\":3,\"client_id\":null}]||",
	 0},
	{GET("/clients", "select=id,projects(id,tasks(name))&limit=9&order=id"),
	 "|2|[{\"id\":1,\"projects\":[{\"id\":1,\"tasks\":[{\"name\":\"dig\"}, \n "
	 "{\"name\":\"fill\"}]}]}, \n "
	 "{\"id\":2,\"projects\":[{\"id\":2,\"tasks\":[{\"name\":\"row\"}]}]}]||",
	 0},
	{GET("/clients", "select=id,projects(id)&projects.name=eq.Nile&limit=9&order=id"),
	 "|2|[{\"id\":1,\"projects\":[{\"id\":1}]}, \n {\"id\":2,\"projects\":[]}]||", 0},
	{GET("/clients", "select=id,projects!inner(id)&projects.name=eq.Nile&limit=9"),
	 "|1|[{\"id\":1,\"projects\":[{\"id\":1}]}]||", 0},
	{GET("/projects", "select=id,clients!inner(name)&clients.name=eq.Bo&limit=9"),
	 "|1|[{\"id\":2,\"clients\":{\"name\":\"Bo\"}}]||", 0},
	{GET("/projects", "select=id,tasks(id)&tasks.order=id.desc&tasks.limit=1&limit=9&order=id"),
	 "|3|[{\"id\":1,\"tasks\":[{\"id\":2}]}, \n {\"id\":2,\"tasks\":[{\"id\":3}]}, \n "
	 "{\"id\":3,\"tasks\":[]}]||",
	 0},
	{GET("/projects", "select=id,tasks(id)&tasks.offset=1&tasks.limit=1&limit=9&order=id"),
	 "|3|[{\"id\":1,\"tasks\":[{\"id\":2}]}, \n {\"id\":2,\"tasks\":[]}, \n "
	 "{\"id\":3,\"tasks\":[]}]||",
	 0},
	{GET("/projects", "select=id,tasks()&tasks=is.null&limit=9"), "|1|[{\"id\":3}]||", 0},
	{GET("/projects", "select=id,tasks()&tasks=not.is.null&limit=9&order=id"),
	 "|2|[{\"id\":1}, \n {\"id\":2}]||", 0},
	{GET("/projects", "select=id,clients()&clients=is.null&limit=9"), "|1|[{\"id\":3}]||", 0},
	{GET("/projects",
	     "select=id,clients(name)&or=(clients.is.null,name.eq.Nile)&limit=9&order=id"),
	 "|2|[{\"id\":1,\"clients\":{\"name\":\"Ada\"}}, \n {\"id\":3,\"clients\":null}]||", 0},
	{GET("/projects", "select=id,clients()&limit=1&order=id"), "|1|[{\"id\":1}]||", 0},
	{GET("/users", "select=name,tasks(name)&tasks.order=id&limit=9&order=id"),
	 "|2|[{\"name\":\"Ute\",\"tasks\":[{\"name\":\"dig\"}, \n {\"name\":\"fill\"}]}, "
	 "\n {\"name\":\"Vic\",\"tasks\":[{\"name\":\"dig\"}]}]||",
	 0},
	{GET("/tasks", "select=id,tasks(id)&tasks.order=id&limit=9&order=id"),
	 "|3|[{\"id\":1,\"tasks\":[{\"id\":2}, \n {\"id\":3}]}, \n "
	 "{\"id\":2,\"tasks\":[]}, \n {\"id\":3,\"tasks\":[]}]||",
	 0},
	{GET("/tasks", "select=id,parent_id(id)&limit=9&order=id"),
	 "|3|[{\"id\":1,\"parent_id\":null}, \n {\"id\":2,\"parent_id\":{\"id\":1}}, \n "
	 "{\"id\":3,\"parent_id\":{\"id\":1}}]||",
	 0},
	{GET("/projects", "select=id,first_task(name)&limit=9&order=id"),
	 "|3|[{\"id\":1,\"first_task\":{\"name\":\"dig\"}}, \n "
	 "{\"id\":2,\"first_task\":{\"name\":\"row\"}}, \n "
	 "{\"id\":3,\"first_task\":null}]||",
	 0},
	{GET("/clients", "select=projects(first_task(name))&id=eq.1"),
	 "|1|[{\"projects\":[{\"first_task\":{\"name\":\"dig\"}}]}]||", 0},
	{GET("/clients", "select=id,projects!inner(tasks!inner(id))&projects.tasks.name=eq."
			 "row&limit=9"),
	 "|1|[{\"id\":2,\"projects\":[{\"tasks\":[{\"id\":3}]}]}]||", 0},
	{GET("/clients", "select=id,projects(tasks())&limit=9&order=id"),
	 "|2|[{\"id\":1}, \n {\"id\":2}]||", 0},
};

static void embeds_every_kind(void **state)
{
	ASK(embeds_every_kind_list);
}

static const struct asked spreads_embeds_list[] = {
	{GET("/projects", "select=id,...clients(client:name)&limit=9&order=id"),
	 "|3|[{\"id\":1,\"client\":\"Ada\"}, \n {\"id\":2,\"client\":\"Bo\"}, \n "
	 "{\"id\":3,\"client\":null}]||",
	 0},
	{GET("/projects", "select=id,...tasks(task:name,id2:id)&limit=9&order=id"),
	 "|3|[{\"id\":1,\"task\":[\"dig\", \"fill\"],\"id2\":[1, 2]}, \n "
	 "{\"id\":2,\"task\":[\"row\"],\"id2\":[3]}, \n "
	 "{\"id\":3,\"task\":[],\"id2\":[]}]||",
	 0},
	{GET("/clients", "select=id,...projects(pid:id,...tasks(task:name))&limit=9&order=id"),
	 "|2|[{\"id\":1,\"pid\":[1],\"task\":[[\"dig\", \"fill\"]]}, \n "
	 "{\"id\":2,\"pid\":[2],\"task\":[[\"row\"]]}]||",
	 0},
	{GET("/tasks", "select=id,...projects(p:name,...clients(c:name))&limit=9&order=id"),
	 "|3|[{\"id\":1,\"p\":\"Nile\",\"c\":\"Ada\"}, \n "
	 "{\"id\":2,\"p\":\"Nile\",\"c\":\"Ada\"}, \n "
	 "{\"id\":3,\"p\":\"Niger\",\"c\":\"Bo\"}]||",
	 0},
	{GET("/projects", "select=name,...tasks!inner(*)&tasks.name=eq.row&limit=9"),
	 "|1|[{\"name\":\"Niger\",\"id\":[3],\"name\":[\"row\"],\"project_id\":[2],"
	 "\"parent_id\":[1]}]||",
	 0},
};

static void spreads_embeds(void **state)
{
	ASK(spreads_embeds_list);
}

static const struct asked groups_by_what_is_not_aggregated_list[] = {
	{GET("/tasks", "select=count()&limit=9"), "|1|[{\"count\":3}]||", 0},
	{GET("/tasks", "select=project_id,n:count(),id.sum(),top:id.max()::text&order="
		       "project_id&limit=9"),
	 "|2|[{\"project_id\":1,\"n\":2,\"sum\":3,\"top\":\"2\"}, \n "
	 "{\"project_id\":2,\"n\":1,\"sum\":3,\"top\":\"3\"}]||",
	 0},
	{GET("/projects", "select=id,tasks(count())&limit=9&order=id"),
	 "|3|[{\"id\":1,\"tasks\":[{\"count\":2}]}, \n "
	 "{\"id\":2,\"tasks\":[{\"count\":1}]}, \n {\"id\":3,\"tasks\":[{\"count\":0}]}]||",
	 0},
};

static void groups_by_what_is_not_aggregated(void **state)
{
	ASK(groups_by_what_is_not_aggregated_list);
}

static const struct asked counts_what_matches_list[] = {
	{{"GET", "/projects", "select=id&limit=1&order=id", NULL, {{"Prefer", "count=exact"}}},
	 "3|1|[{\"id\":1}]||",
	 0},
	{{"GET", "/projects", "select=id&order=id", NULL, {{"Prefer", "count=exact"}}},
	 "3|3|[{\"id\":1}, \n {\"id\":2}, \n {\"id\":3}]||",
	 0},
	{{"GET",
	  "/projects",
	  "select=id,tasks!inner(id)&limit=1&order=id",
	  NULL,
	  {{"Prefer", "count=exact"}}},
	 "2|1|[{\"id\":1,\"tasks\":[{\"id\":1}, \n {\"id\":2}]}]||",
	 0},
	{{"GET",
	  "/projects",
	  "select=id,tasks()&tasks=is.null&limit=1",
	  NULL,
	  {{"Prefer", "count=exact"}}},
	 "1|1|[{\"id\":3}]||",
	 0},
	{{"GET",
	  "/users",
	  "select=id,tasks!inner()&tasks.name=eq.fill&limit=1",
	  NULL,
	  {{"Prefer", "count=exact"}}},
	 "1|1|[{\"id\":1}]||",
	 0},
	{{"GET", "/projects", "select=id&order=id", NULL, {{"Prefer", "count=exact"}}},
	 "3|2|[{\"id\":1}, \n {\"id\":2}]||",
	 2},
	{{"GET", "/projects", "select=id&order=id", NULL, {{"Prefer", "count=estimated"}}},
	 "2|1|[{\"id\":1}]||",
	 1},
	{{"GET", "/projects", "select=id&order=id", NULL, {{"Prefer", "count=planned"}}},
	 "|3|[{\"id\":1}, \n {\"id\":2}, \n {\"id\":3}]||",
	 0},
	{{"GET", "/clients", "select=id,projects(id)&order=id", NULL, {{"Prefer", "count=exact"}}},
	 "2|1|[{\"id\":1,\"projects\":[{\"id\":1}]}]||",
	 1},
};

static void counts_what_matches(void **state)
{
	ASK(counts_what_matches_list);
}

static const struct asked writes_the_body_that_was_asked_for_list[] = {
	{{"GET", "/clients", "id=eq.1", NULL, {{"Accept", "application/vnd.pgrst.object+json"}}},
	 "|1|{\"id\":1,\"name\":\"Ada\"}||",
	 0},
	{{"GET",
	  "/projects",
	  "id=eq.3",
	  NULL,
	  {{"Accept", "application/vnd.pgrst.array+json;nulls=stripped"}}},
	 "|1|[{\"id\":3,\"name\":\"Nowhere\",\"data\":{\"a\":5}}]||",
	 0},
	{{"GET",
	  "/projects",
	  "id=eq.3",
	  NULL,
	  {{"Accept", "application/vnd.pgrst.object+json;nulls=stripped"}}},
	 "|1|{\"id\":3,\"name\":\"Nowhere\",\"data\":{\"a\":5}}||",
	 0},
	{{"GET", "/clients", "order=id", NULL, {{"Accept", "text/csv"}}},
	 "|2|id,name\n1,Ada\n2,Bo||",
	 0},
	{{"GET", "/clients", "id=eq.9", NULL, {{"Accept", "text/csv"}}}, "|0|\n||", 0},
	{{"HEAD", "/clients", "order=id", NULL, {{0}}}, "|2|||", 0},
};

static void writes_the_body_that_was_asked_for(void **state)
{
	ASK(writes_the_body_that_was_asked_for_list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(selects_columns_paths_and_computed_ones),
		cmocka_unit_test(filters_by_every_operator),
		cmocka_unit_test(orders_and_pages),
		cmocka_unit_test(embeds_every_kind),
		cmocka_unit_test(spreads_embeds),
		cmocka_unit_test(groups_by_what_is_not_aggregated),
		cmocka_unit_test(counts_what_matches),
		cmocka_unit_test(writes_the_body_that_was_asked_for),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
