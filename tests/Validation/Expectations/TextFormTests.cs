using System.Text.Json;
using System.Text.Json.Nodes;
using Tidemark.Platform.Tabular;
using Tidemark.Validation.Expectations;
using Tidemark.Validation.Suites;
using Xunit;

namespace Tidemark.Tests.Validation.Expectations;

/// <summary>Dates, formats, patterns, numbers and conditions read as Python and Great Expectations read them.</summary>
public sealed class TextFormTests
{
    [Theory]
    [InlineData("2016-01-02", "2016-01-02T00:00:00")]
    [InlineData("2016-01-02T03:04:05.678901", "2016-01-02T03:04:05.678901")]
    [InlineData("2016-01-02 03:04:05Z", "2016-01-02T03:04:05+00:00")]
    [InlineData("1970-01-01 12:00:01.000000 +0530", "1970-01-01T12:00:01+05:30")]
    [InlineData("20160102", "2016-01-02T00:00:00")]
    [InlineData("20160102T030405", "2016-01-02T03:04:05")]
    [InlineData("Jan 01 1970 12:00:01", "1970-01-01T12:00:01")]
    [InlineData("1/2/2016", "2016-01-02T00:00:00")]
    [InlineData("13/2/2016", "2016-02-13T00:00:00")]
    [InlineData("2/1/99", "1999-02-01T00:00:00")]
    [InlineData("Sat, 2nd of January 2016 3:04 pm", "2016-01-02T15:04:00")]
    [InlineData("January 2016", "2016-01-01T00:00:00")]
    public void Dates_are_read_as_dateutil_reads_them(string text, string expected) =>
        Assert.Equal(expected, Values.ToJson(DateText.Parse(text))?.GetValue<string>());

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("2016-13-45")]
    [InlineData("31 February 2016")]
    [InlineData("25:00")]
    [InlineData("1 2 3 4 5")]
    [InlineData("2016-01-02 and then some")]
    public void Texts_that_are_no_dates_are_none(string text) => Assert.Null(DateText.Parse(text));

    [Theory]
    [InlineData("%Y-%m-%d", "2016-02-29", true)]
    [InlineData("%Y-%m-%d", "2015-02-29", false)]
    [InlineData("%Y-%m-%d", "2016-2-9", true)]
    [InlineData("%Y-%m-%d", "2016-02-09 ", false)]
    [InlineData("%d %B %Y, %I:%M %p", "7 march 2016, 11:05 PM", true)]
    [InlineData("%Y-%m-%dT%H:%M:%S.%f%z", "2016-02-09T10:11:12.5+01:00", true)]
    [InlineData("%j", "367", false)]
    [InlineData("100%%", "100%", true)]
    public void Strftime_formats_are_read_as_strptime_reads_them(string format, string text, bool fits) => Assert.Equal(fits, StrftimeFormat.Parse(format).Format!.Fits(text));

    [Theory]
    [InlineData("b", "abc", true)]
    [InlineData("^b", "abc", false)]
    [InlineData(@"(?P<x>a)(?P=x)", "xaa", true)]
    [InlineData(@"a{,2}b", "ab", true)]
    [InlineData(@"^[a-z-[aeiou]]$", "[]", true)]
    [InlineData(@"\U0001F6A2", "a 🚢", true)]
    [InlineData(@"\d+\Z", "a1\n", false)]
    [InlineData(@"(?i)ABC", "xabcx", true)]
    [InlineData(@"(?<!x)b", "ab", true)]
    [InlineData("", "anything", true)]
    public void Patterns_are_searched_for_as_Python_searches(string pattern, string text, bool found) => Assert.Equal(found, PythonRegex.Compile(pattern).Regex!.Finds(text));

    [Theory]
    [InlineData(@"\p{L}")]
    [InlineData("(?<name>a)")]
    [InlineData("a*+")]
    [InlineData("(?a)x")]
    [InlineData("[abc")]
    [InlineData(@"\")]
    public void Patterns_that_Python_or_NET_does_not_know_are_refused(string pattern) => Assert.NotNull(PythonRegex.Compile(pattern).Fault);

    [Theory]
    [InlineData("a%", "abc", true)]
    [InlineData("a_", "abc", false)]
    [InlineData("%b%", "ab\nc", true)]
    [InlineData("100\\%", "100%", true)]
    [InlineData("[a-c]%", "bx", true)]
    [InlineData("A%", "abc", false)]
    [InlineData("a.c", "abc", false)]
    public void LIKE_patterns_match_the_whole_text(string pattern, string text, bool matches) => Assert.Equal(matches, PythonRegex.Compile(LikePattern.ToRegex(pattern)).Regex!.Finds(text));

    [Theory]
    [InlineData(1.0, "1.0")]
    [InlineData(0.1, "0.1")]
    [InlineData(1e16, "1e+16")]
    [InlineData(123456789012345.0, "123456789012345.0")]
    [InlineData(0.0001, "0.0001")]
    [InlineData(0.00001, "1e-05")]
    [InlineData(-2.5e-7, "-2.5e-07")]
    [InlineData(1.5e300, "1.5e+300")]
    public void Numbers_are_written_as_Python_writes_them(double number, string expected) => Assert.Equal(expected, PythonText.Of(number));

    [Theory]
    [InlineData("x + 2 * 3 ^ 2", "20")]
    [InlineData("-(x - 5) / 2", "1.5")]
    [InlineData("abs(-x) + round(2.5) + hypot(3, 4)", "9")]
    [InlineData("now() - timedelta(days=1, hours=12)", "\"2026-11-19T00:00:00\"")]
    [InlineData("PI > 3", null)]
    [InlineData("x +", null)]
    [InlineData("1 / 0", null)]
    [InlineData("now()()", null)]
    [InlineData("sin(1, 2)", null)]
    public void Parameter_expressions_are_calculated(string expression, string? expected)
    {
        var clock = new FakeClock(new DateTimeOffset(2026, 11, 20, 12, 0, 0, TimeSpan.Zero));

        object? value = new ExpressionReader(expression, name => name == "x" ? 2L : null, clock).Read();

        Assert.Equal(expected, Values.ToJson(value)?.ToJsonString());
    }

    [Theory]
    [InlineData("a > 1 & b == \"x\"", "1")]
    [InlineData("a == 1 | b != 'x'", "0,2,3")]
    [InlineData("~(a <= 2) and b.notnull()", "2")]
    [InlineData("b.isnull() or a in [2, 5]", "1,3")]
    [InlineData("`odd name` not in [True]", "1,3")]
    [InlineData("col(\"a\") >= 3", "2,3")]
    public void Row_conditions_select_rows_as_pandas_does(string condition, string rows)
    {
        Table table = Suite.Columns("""{"a": [1, 2, 3, 4], "b": ["y", "x", "z", null], "odd name": [true, false, true, false]}""");
        var selected = RowCondition.Of(new Arguments("test", new JsonObject { ["row_condition"] = condition, ["condition_parser"] = "pandas" }));
        bool[] marks = [true, true, true, true];

        selected!.Select(new Batch { Table = table }, marks);

        Assert.Equal(rows, string.Join(',', marks.Index().Where(mark => mark.Item).Select(mark => mark.Index)));
    }

    [Theory]
    [InlineData("""{"type": "integer", "minimum": 3}""", "3.0", true)]
    [InlineData("""{"type": ["string", "null"], "maxLength": 2}""", "\"abc\"", false)]
    [InlineData("""{"properties": {"a": {"$ref": "#/definitions/n"}}, "definitions": {"n": {"type": "number"}}}""", """{"a": "x"}""", false)]
    [InlineData("""{"additionalProperties": false, "patternProperties": {"^x": {}}}""", """{"xy": 1}""", true)]
    [InlineData("""{"oneOf": [{"multipleOf": 2}, {"multipleOf": 3}]}""", "6", false)]
    [InlineData("""{"if": {"required": ["a"]}, "then": {"required": ["b"]}}""", """{"a": 1}""", false)]
    [InlineData("""{"items": [{"const": 1}], "additionalItems": {"type": "string"}, "uniqueItems": true}""", """[1, "a", "b"]""", true)]
    [InlineData("""{"$ref": "#"}""", "1", false)]
    public void JSON_schemas_accept_what_draft_7_accepts(string schema, string value, bool accepted)
    {
        (JsonSchema? parsed, Fault? fault) = JsonSchema.Parse(JsonNode.Parse(schema));

        Assert.Null(fault);
        Assert.Equal(accepted, parsed!.Accepts(JsonDocument.Parse(value).RootElement));
    }
}
