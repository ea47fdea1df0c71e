using Tidemark.Platform.Errors;
using Tidemark.Registry;
using Tidemark.Tests.Platform;
using Xunit;
using static Tidemark.Tests.Registry.RegistryProcess;

namespace Tidemark.Tests.Registry;

public sealed class ModelDirectoryTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task A_known_answer_is_synchronous_the_same_instance_and_free_of_allocation()
    {
        await using var process = await StartAsync(azurite, time: new FakeClock());
        var model = NewModel();
        await process.PromoteAsync(model, await process.RegisterAsync(model, 1));
        var first = (await process.Directory.ResolveAsync(model, null, Stop)).Value!;

        // A first call may still be compiled; the second shows what each further one costs.
        long allocated = 0;
        for (int i = 0; i < 2; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int k = 0; k < 1000; k++)
            {
                var again = process.Directory.ResolveAsync(model, null, CancellationToken.None);
                Assert.True(again.IsCompletedSuccessfully);
                Assert.True(ReferenceEquals(first, (await again).Value));
            }

            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.Equal(0, allocated);
        Assert.Equal(("1", false), (first.Version.ToString(), first.Stale));
    }

    [Fact]
    public async Task A_move_is_seen_at_once_by_the_process_that_made_it()
    {
        await using var process = await StartAsync(azurite, time: new FakeClock());
        var model = NewModel();
        var (first, second) = (await process.RegisterAsync(model, 1), await process.RegisterAsync(model, 2));
        await process.PromoteAsync(model, first);
        Assert.Equal(first, (await process.Directory.ResolveAsync(model, null, Stop)).Value!.Version);

        await process.PromoteAsync(model, second);
        var after = process.Directory.ResolveAsync(model, null, Stop);

        Assert.True(after.IsCompletedSuccessfully);
        Assert.Equal(second, (await after).Value!.Version);
        await process.Aliases.RollBackAsync(Rollback(model), Stop);
        Assert.Equal(first, (await process.Directory.ResolveAsync(model, null, Stop)).Value!.Version);
    }

    [Fact]
    public async Task A_move_by_another_process_is_seen_after_the_refresh_and_the_old_answer_is_served_meanwhile()
    {
        var clock = new FakeClock();
        await using var other = await StartAsync(azurite);
        await using var process = await StartAsync(azurite, time: clock);
        var model = NewModel();
        var (first, second) = (await other.RegisterAsync(model, 1), await other.RegisterAsync(model, 2));
        await other.PromoteAsync(model, first);
        var known = (await process.Directory.ResolveAsync(model, null, Stop)).Value!;

        await other.PromoteAsync(model, second);
        Assert.Same(known, (await process.Directory.ResolveAsync(model, null, Stop)).Value);
        clock.Advance(TimeSpan.FromSeconds(2.1));
        var stillKnown = process.Directory.ResolveAsync(model, null, Stop);

        Assert.True(stillKnown.IsCompletedSuccessfully);
        Assert.Same(known, (await stillKnown).Value);
        Assert.Equal(second, (await UntilAsync(process, model, m => m.Version == second)).Version);
    }

    [Fact]
    public async Task When_storage_fails_the_last_good_answer_stays_and_says_so_until_it_is_back()
    {
        var clock = new FakeClock();
        bool down = false;
        await using var sound = await StartAsync(azurite);
        var model = NewModel();
        await sound.PromoteAsync(model, await sound.RegisterAsync(model, 1));
        await using var process = await StartAsync(azurite, new StorageFaults(_ => Volatile.Read(ref down) ? Fault.Down : Fault.None), clock);
        var good = (await process.Directory.ResolveAsync(model, null, Stop)).Value!;

        Volatile.Write(ref down, true);
        clock.Advance(TimeSpan.FromSeconds(3));
        var stale = await UntilAsync(process, model, m => m.Stale);
        Assert.Equal(good with { Stale = true }, stale);
        Assert.Same(stale, (await process.Directory.ResolveAsync(model, null, Stop)).Value);
        Assert.Equal(FailureKind.Unavailable, (await process.Directory.ResolveAsync(NewModel(), null, Stop)).Failure!.Kind);
        Assert.Equal(FailureKind.Unavailable, (await process.Directory.DownloadAsync(model, Version("1"), Stop)).Failure!.Kind);
        Assert.Equal(FailureKind.Unavailable, (await process.Directory.ListAsync(Stop)).Failure!.Kind);

        Volatile.Write(ref down, false);
        clock.Advance(TimeSpan.FromSeconds(3));
        Assert.Same(good, await UntilAsync(process, model, m => !m.Stale));
    }

    [Fact]
    public async Task What_is_not_there_is_told_apart()
    {
        await using var process = await StartAsync(azurite);
        var model = NewModel();
        Assert.Equal("Unknown model", (await process.Directory.ResolveAsync(model, null, Stop)).Failure!.Title);
        var version = await process.RegisterAsync(model, 1);

        Assert.Equal("Unknown alias", (await process.Directory.ResolveAsync(model, null, Stop)).Failure!.Title);
        Assert.Equal("Unknown model version", (await process.Directory.ResolveAsync(model, Version("7"), Stop)).Failure!.Title);
        Assert.Equal(version, (await process.Directory.ResolveAsync(model, version, Stop)).Value!.Version);
        Assert.Contains(model, (await process.Directory.ListAsync(Stop)).Value!);
    }

    [Fact]
    public async Task Work_for_all_models_outlives_a_time_out_of_one_and_ends_when_it_is_told_to()
    {
        await using var process = await RegistryProcess.StartAsync(azurite);
        ModelName[] mine = [.. new[] { NewModel(), NewModel(), NewModel() }.OrderBy(m => m.ToString(), StringComparer.Ordinal)];
        foreach (ModelName model in mine) await process.RegisterAsync(model, 1);
        List<ModelName> done = [];
        using var told = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        Task WorkAsync(ModelName model, Exception failure, Action? first = null)
        {
            if (!mine.Contains(model)) return Task.CompletedTask;
            if (model != mine[0])
            {
                done.Add(model);
                return Task.CompletedTask;
            }

            first?.Invoke();
            throw failure;
        }

        var failed = await Assert.ThrowsAsync<AggregateException>(
            () => process.Directory.ForEachAsync("The work", m => WorkAsync(m, new TaskCanceledException("", new TimeoutException())), told.Token));
        Assert.Equal([mine[1], mine[2]], done);
        Assert.Contains($"The work of {mine[0]} failed", Assert.Single(failed.InnerExceptions).Message, StringComparison.Ordinal);
        done.Clear();

        await Assert.ThrowsAsync<OperationCanceledException>(
            () => process.Directory.ForEachAsync("The work", m => WorkAsync(m, new OperationCanceledException(told.Token), told.Cancel), told.Token));
        Assert.Empty(done);
    }

    [Fact]
    public async Task A_version_deleted_elsewhere_is_gone_after_the_refresh()
    {
        var clock = new FakeClock();
        await using var other = await StartAsync(azurite);
        await using var process = await StartAsync(azurite, time: clock);
        var model = NewModel();
        var version = await other.RegisterAsync(model, 1);
        Assert.True((await process.Directory.ResolveAsync(model, version, Stop)).Ok);

        await other.Versions.DeleteAsync(new(model, version), Tidemark.Platform.Http.Actor.Anonymous, Stop);
        clock.Advance(TimeSpan.FromSeconds(3));

        for (int i = 0; i < 500 && (await process.Directory.ResolveAsync(model, version, Stop)).Ok; i++) await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Stop);
        Assert.Equal(FailureKind.Gone, (await process.Directory.ResolveAsync(model, version, Stop)).Failure!.Kind);
    }

    /// <summary>Asks until the refresh behind the caller's back has brought what is waited for.</summary>
    private static async Task<ResolvedModel> UntilAsync(RegistryProcess process, ModelName model, Func<ResolvedModel, bool> reached)
    {
        while (true)
        {
            var answer = (await process.Directory.ResolveAsync(model, null, Stop)).Value!;
            if (reached(answer)) return answer;
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, Stop);
        }
    }
}
