using Tidemark.Local;
using Xunit;

namespace Tidemark.Tests.Drift.Checks;

/// <summary>An Azurite of their own for the tests that read the suite's queues: nobody else's messages come between.</summary>
public sealed class DriftStorage : IAsyncLifetime
{
    private Azurite? azurite;

    public string ConnectionString => azurite!.ConnectionString;

    public async ValueTask InitializeAsync() => azurite = await Azurite.StartAsync(new(Repository.Root));

    public async ValueTask DisposeAsync()
    {
        if (azurite is not null) await azurite.DisposeAsync();
    }
}

[CollectionDefinition(Name)]
public sealed class DriftStorageTests : ICollectionFixture<DriftStorage>
{
    public const string Name = "drift storage";
}
