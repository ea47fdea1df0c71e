using Microsoft.Extensions.Configuration;
using Tidemark.Embedded;
using Xunit;

namespace Tidemark.Tests.Embedded.Outputs;

public sealed class PathTemplateTests
{
    private static readonly Dictionary<string, object?> Data = new()
    {
        ["Model"] = "heart",
        ["rows"] = "3",
        ["customer"] = """{ "name": "Ada", "address": { "zip": 10115 } }""",
        ["nothing"] = null,
    };

    private readonly PathTemplate template = new(
        new ConfigurationBuilder().AddInMemoryCollection([new("Stage", "test")]).Build(),
        new FakeClock(new(2026, 11, 20, 17, 59, 55, TimeSpan.Zero)));

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("{model}-{ROWS}", "heart-3")]
    [InlineData("%Stage%-{model}", "test-heart")]
    [InlineData("{customer.name}/{customer.address.zip}", "Ada/10115")]
    [InlineData("{DateTime}", "2026-11-20T17-59-55Z")]
    [InlineData("{datetime:yyyy-MM}/x", "2026-11/x")]
    public void Fills_settings_tokens_and_time(string text, string filled) => Assert.Equal(filled, template.Fill(text, Data));

    [Fact]
    public void Rand_guid_is_new_each_time_and_takes_a_format()
    {
        Assert.NotEqual(template.Fill("{rand-guid}", Data), template.Fill("{rand-guid}", Data));
        Assert.True(Guid.TryParseExact(template.Fill("{rand-guid:N}", Data), "N", out _));
    }

    [Theory]
    [InlineData("{absent}", "needs a value for {absent}, which the trigger does not give; it gives Model, rows, customer, nothing.")]
    [InlineData("{customer.age}", "needs a value for {customer.age}")]
    [InlineData("{model.name}", "needs a value for {model.name}")]
    [InlineData("{nothing}", "needs a value for {nothing}")]
    [InlineData("%Absent%", "names the setting 'Absent', which is not set")]
    public void Refuses_what_has_no_value(string text, string error) =>
        Assert.Contains(error, Assert.Throws<FormatException>(() => template.Fill(text, Data)).Message);
}
