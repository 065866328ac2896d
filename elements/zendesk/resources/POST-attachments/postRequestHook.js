// An upload is shown by the number of its attachment and deleted by its token: the id holds both.
const { token, attachment } = response_body ?? {};
if (response_iserror || attachment === undefined) done();
else done({ response_body: { ...attachment, id: `${attachment.id}-${token}`, token } });
