using Microsoft.Extensions.Logging;
using Tidemark.Local;
using Xunit;

namespace Tidemark.Tests.Embedded.Queues;

public sealed class QueueOutageTests
{
    [Fact]
    public async Task Outage_is_said_once_and_polling_resumes_when_storage_is_back()
    {
        using TemporaryFolder folder = new();
        await using Azurite azurite = await Azurite.StartAsync(new(Repository.Root) { Folder = folder.Path });
        await using QueueUnderTest test = new(azurite.ConnectionString);
        await test.SendAsync("before");
        await test.StartAsync();
        Assert.Equal("before", await test.NextTextAsync());

        await azurite.StopAsync();
        await Eventually.IsAsync(() => Task.FromResult(test.Log.From(LogLevel.Warning).Length > 0));
        await Task.Delay(TimeSpan.FromSeconds(5), TimeProvider.System, TestContext.Current.CancellationToken);
        await azurite.StartAgainAsync();
        await test.SendAsync("after");

        Assert.Equal("after", await test.NextTextAsync());
        await test.DrainAsync();
        Assert.Collection(
            test.Log.From(LogLevel.Information),
            down => Assert.StartsWith($"The queue '{test.Queue.Name}' of function 'F' can't be reached:", down),
            up => Assert.Equal($"The queue '{test.Queue.Name}' of function 'F' can be reached again.", up));
    }

    [Fact]
    public async Task Message_finished_during_an_outage_is_completed_after_it_and_not_run_twice()
    {
        using TemporaryFolder folder = new();
        await using Azurite azurite = await Azurite.StartAsync(new(Repository.Root) { Folder = folder.Path });
        TaskCompletionSource finish = new();
        await using QueueUnderTest test = new(azurite.ConnectionString)
        {
            Function = async (_, _) =>
            {
                await finish.Task;
                return Tidemark.Embedded.InvocationOutcome.Success;
            },
        };
        await test.SendAsync("in work");
        await test.StartAsync();
        await test.NextAsync();

        await azurite.StopAsync();
        finish.SetResult();
        await Eventually.IsAsync(() => Task.FromResult(test.Log.From(LogLevel.Warning).Length > 0));
        await azurite.StartAgainAsync();

        await Eventually.IsAsync(async () => await test.CountAsync() == 0);
        Assert.False(test.TryNext(out _));
    }
}
