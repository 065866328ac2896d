// include ../../../lib/article-search.js
const refusal = refusedOr() ?? refusedSearch();
if (refusal !== undefined) done(refusal);
else if (isSearch) done({ request_vendor_parameters: parameters });
else done({ request_vendor_path: '/api/v2/help_center/articles.json' });
