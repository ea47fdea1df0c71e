using Tidemark.Registry;
using Xunit;

namespace Tidemark.Tests.Registry;

public sealed class NamesTests
{
    [Theory]
    [InlineData("heart")]
    [InlineData("a1")]
    [InlineData("sensor-7")]
    public void Good_model_names_keep_their_text(string text) => Assert.Equal(text, ModelName.Parse(text).Value.ToString());

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("Heart")]
    [InlineData("1st")]
    [InlineData("../secret")]
    [InlineData("..%2f")]
    [InlineData("a/b")]
    [InlineData("heart\n")]
    [InlineData("name'; or PartitionKey ne '")]
    public void Bad_model_names_are_refused_with_the_value_and_the_rule(string? text)
    {
        var outcome = ModelName.Parse(text);

        Assert.False(outcome.Ok);
        Assert.Contains(text ?? "nothing", outcome.Failure.Detail, StringComparison.Ordinal);
        Assert.Contains("beginning with a letter", outcome.Failure.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("2026.11.20-rc1")]
    public void Good_versions_keep_their_text(string text) => Assert.Equal(text, ModelVersion.Parse(text).Value.ToString());

    [Theory]
    [InlineData("..")]
    [InlineData("1..2")]
    [InlineData(".hidden")]
    [InlineData("1/2")]
    [InlineData("V1")]
    public void Bad_versions_are_refused(string text) => Assert.False(ModelVersion.Parse(text).Ok);
}
