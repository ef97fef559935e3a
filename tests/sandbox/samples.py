"""The samples of answers in Twilio's two reference pages for caller IDs, quoted; ``test_seeds`` uses them."""

LIST = r"""
{
	"page": 0,
	"page_size": 50,
	"uri": "\/2010-04-01\/Accounts\/ACXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX\/OutgoingCallerIds.json",
	"first_page_uri": "\/2010-04-01\/Accounts\/ACXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX\/OutgoingCallerIds.json?Page=0&PageSize=50",
	"previous_page_uri": null,
	"next_page_uri": null,
	"outgoing_caller_ids": [
		{
			"sid": "PNe905d7e6b410746a0fb08c57e5a186f3",
			"account_sid": "ACXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX",
			"friendly_name": "(510) 555-5555",
			"phone_number": "+15105555555",
			"date_created": "Tue, 27 Jul 2010 20:21:11 +0000",
			"date_updated": "Tue, 27 Jul 2010 20:21:11 +0000",
			"uri": "\/2010-04-01\/Accounts\/ACXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX\/OutgoingCallerIds\/PNe905d7e6b410746a0fb08c57e5a186f3.json"
		}
	]
}
"""  # noqa: E501  # quoted, but for the dots behind the first caller ID

LIST_XML = """
<TwilioResponse>
	<OutgoingCallerIds page="0" pagesize="50" uri="/2010-04-01/Accounts/ACXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX/OutgoingCallerIds" firstpageuri="/2010-04-01/Accounts/ACXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX/OutgoingCallerIds?Page=0&amp;PageSize=50" previouspageuri="" nextpageuri="">
		<OutgoingCallerId>
			<Sid>PNe905d7e6b410746a0fb08c57e5a186f3</Sid>
			<AccountSid>ACXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX</AccountSid>
			<FriendlyName>(510) 555-5555</FriendlyName>
			<PhoneNumber>+15105555555</PhoneNumber>
			<DateCreated>Tue, 27 Jul 2010 20:21:11 +0000</DateCreated>
			<DateUpdated>Tue, 27 Jul 2010 20:21:11 +0000</DateUpdated>
			<Uri>/2010-04-01/Accounts/ACXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX/OutgoingCallerIds/PNe905d7e6b410746a0fb08c57e5a186f3</Uri>
		</OutgoingCallerId>
	</OutgoingCallerIds>
</TwilioResponse>
"""  # noqa: E501  # quoted, but for the same dots, and the last line, which the page forgets

FETCH = r"""
{
	"sid": "PNe905d7e6b410746a0fb08c57e5a186f3",
	"account_sid": "ACXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX",
	"friendly_name": "(510) 555-5555",
	"phone_number": "+15105555555",
	"date_created": "Tue, 27 Jul 2010 20:21:11 +0000",
	"date_updated": "Tue, 27 Jul 2010 20:21:11 +0000",
	"uri": "\/2010-04-01\/Accounts\/ACXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX\/OutgoingCallerIds\/PNe905d7e6b410746a0fb08c57e5a186f3.json"
}
"""  # noqa: E501

FETCH_XML = """
<TwilioResponse>
	<OutgoingCallerId>
		<Sid>PNe905d7e6b410746a0fb08c57e5a186f3</Sid>
		<AccountSid>ACXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX</AccountSid>
		<FriendlyName>(510) 555-5555</FriendlyName>
		<PhoneNumber>+15105555555</PhoneNumber>
		<DateCreated>Tue, 27 Jul 2010 20:21:11 +0000</DateCreated>
		<DateUpdated>Tue, 27 Jul 2010 20:21:11 +0000</DateUpdated>
		<Uri>/2010-04-01/Accounts/ACXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX/OutgoingCallerIds/PNe905d7e6b410746a0fb08c57e5a186f3</Uri>
	</OutgoingCallerId>
</TwilioResponse>
"""

VALIDATION = """
{
	"account_sid": "ACXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX",
	"phone_number": "+14158675309",
	"friendly_name": "My Home Phone Number",
	"validation_code": 123456,
	"call_sid": "CA378358ccf6a2c88abc67859aa2e0bffa"
}
"""

VALIDATION_XML = """
<TwilioResponse>
	<ValidationRequest>
		<AccountSid>ACXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX</AccountSid>
		<PhoneNumber>+14158675309</PhoneNumber>
		<FriendlyName>My Home Phone Number</FriendlyName>
		<ValidationCode>123456</ValidationCode>
		<CallSid>CA378358ccf6a2c88abc67859aa2e0bffa</CallSid>
	</ValidationRequest>
</TwilioResponse>
"""

NEWER_LIST = """
{
  "end": 0,
  "uri": "/2010-04-01/Accounts/ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/OutgoingCallerIds.json?PageSize=50&Page=0",
  "page": 0,
  "start": 0,
  "page_size": 50,
  "next_page_uri": null,
  "first_page_uri": "/2010-04-01/Accounts/ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/OutgoingCallerIds.json?PageSize=50&Page=0",
  "previous_page_uri": null,
  "outgoing_caller_ids": [
    {
      "sid": "PNaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
      "uri": "/2010-04-01/Accounts/ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/OutgoingCallerIds/PNaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.json",
      "account_sid": "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
      "date_created": "Fri, 21 Aug 2009 00:11:24 +0000",
      "date_updated": "Fri, 21 Aug 2009 00:11:24 +0000",
      "phone_number": "+141586753096",
      "friendly_name": "(415) 867-5309"
    }
  ]
}
"""  # noqa: E501

NEWER_EMPTY_LIST = """
{
  "end": 0,
  "uri": "/2010-04-01/Accounts/ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/OutgoingCallerIds.json?PageSize=50&Page=0",
  "page": 0,
  "start": 0,
  "page_size": 50,
  "next_page_uri": null,
  "first_page_uri": "/2010-04-01/Accounts/ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/OutgoingCallerIds.json?PageSize=50&Page=0",
  "previous_page_uri": null,
  "outgoing_caller_ids": []
}
"""  # noqa: E501
