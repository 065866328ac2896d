// Webex leaves out what it does not know, which would answer every record as if it had been found.
done({
  continue: false,
  response_status_code: 400,
  response_error_message:
    'Webex finds messages by before, parentId and mentionedPeople only; a message to begin before goes into the parameter beforeMessage.',
});
