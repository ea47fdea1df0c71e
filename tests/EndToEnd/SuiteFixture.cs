using Xunit;

namespace Tidemark.Tests.EndToEnd;

/// <summary>One running suite with model <c>heart</c> as champion, shared by tests that leave that model alone.</summary>
public sealed class SuiteFixture : IAsyncLifetime
{
    private RunningSuite? suite;

    internal RunningSuite Suite => suite!;

    internal HttpClient Http => Suite.Http;

    public async ValueTask InitializeAsync()
    {
        suite = await RunningSuite.StartAsync();
        await Http.ServeHeartAsync("heart");
    }

    public async ValueTask DisposeAsync()
    {
        if (suite is not null) await suite.DisposeAsync();
    }
}

[CollectionDefinition(Name)]
public sealed class SuiteTests : ICollectionFixture<SuiteFixture>
{
    public const string Name = "running suite";
}
