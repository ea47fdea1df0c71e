using Tidemark.Local;
using Tidemark.Tests;
using Xunit;

[assembly: AssemblyFixture(typeof(AzuriteFixture))]

namespace Tidemark.Tests;

/// <summary>
/// One Azurite, in memory, for the whole run; it starts when the first test asks. Take it as a constructor parameter.
/// Tests share it, so each uses names of its own (containers, queues, tables, models).
/// </summary>
public sealed class AzuriteFixture : IAsyncDisposable
{
    private readonly Lazy<Task<Azurite>> azurite = new(() => Task.Run(() => Azurite.StartAsync(new(Repository.Root))));

    public string ConnectionString => azurite.Value.GetAwaiter().GetResult().ConnectionString;

    public async ValueTask DisposeAsync()
    {
        if (azurite.IsValueCreated) await (await azurite.Value).DisposeAsync();
    }
}
