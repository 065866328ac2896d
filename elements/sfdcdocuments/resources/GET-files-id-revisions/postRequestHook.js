// include ../../lib/batch.js
if (response_iserror) done();
else done(failureIn([0, 1]) ?? { response_body: { file: resultAt(0).result, revisions: resultAt(1).result.records } });
