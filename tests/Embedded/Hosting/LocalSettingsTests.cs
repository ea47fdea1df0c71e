using Tidemark.Embedded;
using Xunit;

namespace Tidemark.Tests.Embedded.Hosting;

public sealed class LocalSettingsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly List<string> problems = [];
    private readonly string variable = $"TIDEMARK_TEST_{Guid.NewGuid():N}";

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(variable, null);
        folder.Dispose();
    }

    [Fact]
    public void Values_become_variables_and_the_port_is_read()
    {
        LocalSettings settings = Load($$$"""{ "IsEncrypted": false, /* comment */ "Host": {"LocalHttpPort": 7099}, "Values": {"{{{variable}}}": "from file"} }""");

        Assert.Equal(7099, settings.Port);
        Assert.Equal("from file", Environment.GetEnvironmentVariable(variable));
        Assert.Empty(problems);
    }

    [Fact]
    public void A_variable_that_is_set_already_wins()
    {
        Environment.SetEnvironmentVariable(variable, "set before");

        Load($$$"""{"Values": {"{{{variable}}}": "from file"}}""");

        Assert.Equal("set before", Environment.GetEnvironmentVariable(variable));
    }

    [Fact]
    public void Without_the_file_the_port_is_7071()
    {
        Assert.Equal(7071, LocalSettings.Load(folder.Path, problems).Port);
    }

    [Theory]
    [InlineData("{", "is not JSON that the host can read")]
    [InlineData("[]", "must be a JSON object")]
    [InlineData("""{"IsEncrypted": true, "Values": {}}""", "func settings decrypt")]
    [InlineData("""{"Values": {"A": {"B": 1}}}""", "Values.A")]
    [InlineData("""{"Host": {"LocalHttpPort": "x"}}""", "Host.LocalHttpPort is x")]
    public void Mistakes_name_the_setting_and_the_remedy(string json, string expected)
    {
        Load(json);

        Assert.Contains(expected, Assert.Single(problems), StringComparison.Ordinal);
    }

    private LocalSettings Load(string json)
    {
        File.WriteAllText(Path.Combine(folder.Path, "local.settings.json"), json);
        return LocalSettings.Load(folder.Path, problems);
    }
}
