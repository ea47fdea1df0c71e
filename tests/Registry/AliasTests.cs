using Tidemark.Platform.Errors;
using Tidemark.Platform.Http;
using Tidemark.Registry;
using Tidemark.Tests.Platform;
using Xunit;
using static Tidemark.Tests.Registry.RegistryProcess;

namespace Tidemark.Tests.Registry;

public sealed class AliasTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task Of_32_concurrent_promotions_one_wins_per_ETag_and_history_rows_equal_moves()
    {
        await using var process = await RegistryProcess.StartAsync(azurite);
        var model = NewModel();
        ModelVersion[] versions = [await process.RegisterAsync(model, 1), await process.RegisterAsync(model, 2), await process.RegisterAsync(model, 3)];
        int moves = 0;

        string? tag = null;
        for (int round = 0; round < 4; round++)
        {
            var wanted = versions[round % 3];
            var all = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ =>
                Task.Run(() => process.Aliases.PromoteAsync(Promotion(model, tag), wanted, Stop))));

            tag = Assert.Single(all, o => o.Ok).Value!.Tag;
            Assert.All(all.Where(o => !o.Ok), o => Assert.Equal(FailureKind.PreconditionFailed, o.Failure!.Kind));
            moves++;
        }

        var history = await process.MovesAsync(model);
        Assert.Equal(moves, history.Count);
        Assert.Equal(Enumerable.Range(1, moves).Select(n => (long)n), history.Select(h => h.Sequence));
        Assert.Equal(moves, (await process.AuditAsync(model)).Count(a => a.Action == "alias-promoted"));
        Assert.Equal("champion", Assert.Single(await process.RowsAsync(model), r => r.Aliases.Length > 0).Aliases);
    }

    [Fact]
    public async Task Rollback_takes_the_history_back_like_a_stack()
    {
        await using var process = await RegistryProcess.StartAsync(azurite);
        var model = NewModel();
        foreach (float seed in new[] { 1f, 2f, 3f }) await process.PromoteAsync(model, await process.RegisterAsync(model, seed));

        Assert.Equal("2", (await process.Aliases.RollBackAsync(Rollback(model), Stop)).Value!.Version);
        Assert.Equal("1", (await process.Aliases.RollBackAsync(Rollback(model), Stop)).Value!.Version);
        var bottom = await process.Aliases.RollBackAsync(Rollback(model), Stop);

        Assert.Equal(FailureKind.Conflict, bottom.Failure!.Kind);
        Assert.Contains("no earlier version", bottom.Failure.Detail, StringComparison.Ordinal);
        Assert.Equal(["1", "2", "3", "2", "1"], (await process.MovesAsync(model)).Select(m => m.Version));
    }

    [Fact]
    public async Task Rollback_passes_over_a_version_deleted_meanwhile()
    {
        await using var process = await RegistryProcess.StartAsync(azurite);
        var model = NewModel();
        foreach (float seed in new[] { 1f, 2f, 3f }) await process.PromoteAsync(model, await process.RegisterAsync(model, seed));
        await process.Versions.DeleteAsync(new(model, Version("2")), Actor.Anonymous, Stop);

        Assert.Equal("1", (await process.Aliases.RollBackAsync(Rollback(model), Stop)).Value!.Version);
    }

    [Fact]
    public async Task The_same_Idempotency_Key_rolls_back_once()
    {
        await using var process = await RegistryProcess.StartAsync(azurite);
        var model = NewModel();
        foreach (float seed in new[] { 1f, 2f, 3f }) await process.PromoteAsync(model, await process.RegisterAsync(model, seed));

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => process.Aliases.RollBackAsync(Rollback(model, "k1"), Stop))));

        Assert.All(answers, a => Assert.Equal("2", a.Value!.Version));
        Assert.Equal("1", (await process.Aliases.RollBackAsync(Rollback(model, "k2"), Stop)).Value!.Version);
        Assert.Equal(5, (await process.MovesAsync(model)).Count);
    }

    [Fact]
    public async Task An_Idempotency_Key_that_moved_an_alias_to_one_version_is_refused_for_another()
    {
        await using var process = await RegistryProcess.StartAsync(azurite);
        var model = NewModel();
        await process.RegisterAsync(model, 1);
        await process.RegisterAsync(model, 2);
        var move = Promotion(model, tag: null, "k1");

        var first = await process.Aliases.PromoteAsync(move, Version("1"), Stop);
        var again = await process.Aliases.PromoteAsync(move, Version("1"), Stop);
        var other = await process.Aliases.PromoteAsync(move, Version("2"), Stop);

        Assert.Equal((first.Value!.Change, first.Value.Version), (again.Value!.Change, again.Value.Version));
        Assert.Equal(FailureKind.Unprocessable, other.Failure!.Kind);
        Assert.Contains("'1'", other.Failure.Detail, StringComparison.Ordinal);
        Assert.Single(await process.MovesAsync(model));
    }

    [Fact]
    public async Task Only_sealed_versions_can_be_promoted()
    {
        await using var process = await RegistryProcess.StartAsync(azurite);
        var model = NewModel();
        await process.RegisterAsync(model, 1);
        await process.RegisterAsync(model, 2);
        await process.Versions.DeleteAsync(new(model, Version("2")), Actor.Anonymous, Stop);
        await process.Container.UploadBlobAsync($"{model}/bad/model.onnx", new BinaryData("not a model"), Stop);
        await process.Intake.TakeAsync(Events.Created($"{model}/bad/model.onnx"), Stop);
        await process.Table.TryWriteAsync([new VersionRow { PartitionKey = model.ToString(), RowKey = "version:half", State = VersionState.Uploading }], Stop);

        foreach (var (version, kind) in new[] { ("9", FailureKind.NotFound), ("2", FailureKind.Gone), ("bad", FailureKind.Unprocessable), ("half", FailureKind.Conflict) })
        {
            var refused = await process.Aliases.PromoteAsync(Promotion(model, tag: null), Version(version), Stop);
            Assert.Equal((version, kind), (version, refused.Failure!.Kind));
        }

        Assert.Empty(await process.MovesAsync(model));
    }

    [Fact]
    public async Task A_stale_ETag_is_told_the_current_one()
    {
        await using var process = await RegistryProcess.StartAsync(azurite);
        var model = NewModel();
        string first = await process.PromoteAsync(model, await process.RegisterAsync(model, 1));
        string second = await process.PromoteAsync(model, await process.RegisterAsync(model, 2));

        var stale = await process.Aliases.PromoteAsync(Promotion(model, first), Version("1"), Stop);
        var again = await process.Aliases.PromoteAsync(Promotion(model, tag: null), Version("1"), Stop);

        Assert.Contains(second, stale.Failure!.Detail, StringComparison.Ordinal);
        Assert.Equal(FailureKind.PreconditionFailed, again.Failure!.Kind);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Survives_kill_at_every_request_of_a_move_whole_or_not_at_all(bool afterwards)
    {
        var fault = afterwards ? Fault.KilledAfter : Fault.KilledBefore;
        for (int n = 1; n <= 30; n++)
        {
            await using var next = await RegistryProcess.StartAsync(azurite);
            var model = NewModel();
            string tag = await next.PromoteAsync(model, await next.RegisterAsync(model, 1));
            var second = await next.RegisterAsync(model, 2);

            await using var dies = await RegistryProcess.StartAsync(azurite, StorageFaults.At(n, fault));
            bool finished = await KilledOr(async () => (await dies.Aliases.PromoteAsync(Promotion(model, tag), second, Stop)).Ok, killed: false);

            var alias = (await next.Aliases.CurrentAsync(model, AliasName.Champion, Stop)).Value!;
            Assert.Equal(alias.Sequence, (await next.MovesAsync(model)).Count);
            Assert.Equal(alias.Sequence, (await next.AuditAsync(model)).Count(a => a.Action == "alias-promoted"));
            Assert.Equal(alias.Version, Assert.Single(await next.RowsAsync(model), r => r.Aliases == "champion").Version);
            if (finished) return;
        }

        Assert.Fail("The move never came to its end.");
    }

    [Fact]
    public async Task A_lost_answer_is_recognised_as_our_own_move()
    {
        for (int n = 1; n <= 30; n++)
        {
            var faults = StorageFaults.At(n, Fault.AnswerLost);
            await using var sound = await RegistryProcess.StartAsync(azurite);
            var model = NewModel();
            string tag = await sound.PromoteAsync(model, await sound.RegisterAsync(model, 1));
            var second = await sound.RegisterAsync(model, 2);

            await using var process = await RegistryProcess.StartAsync(azurite, faults);
            var moved = await process.Aliases.PromoteAsync(Promotion(model, tag), second, Stop);

            Assert.True(moved.Ok, moved.Failure?.Detail);
            Assert.Equal(2, (await sound.MovesAsync(model)).Count);
            if (faults.Requests < n) return;
        }

        Assert.Fail("The move never came to its end.");
    }

    [Fact]
    public async Task Of_a_deletion_and_a_promotion_at_once_exactly_one_succeeds()
    {
        await using var process = await RegistryProcess.StartAsync(azurite);
        for (int round = 0; round < 10; round++)
        {
            var model = NewModel();
            var version = new VersionReference(model, await process.RegisterAsync(model, 1));

            var promotion = Task.Run(() => process.Aliases.PromoteAsync(Promotion(model, tag: null), version.Version, Stop));
            var deletion = Task.Run(() => process.Versions.DeleteAsync(version, Actor.Anonymous, Stop));
            var (promoted, deleted) = (await promotion, await deletion);

            Assert.NotEqual(promoted.Ok, deleted.Ok);
            Assert.Equal(promoted.Ok, (await process.Versions.VersionAsync(version, Stop)).Ok);
        }
    }

    [Fact]
    public async Task History_tells_which_version_served_at_an_instant()
    {
        var clock = new FakeClock();
        await using var process = await RegistryProcess.StartAsync(azurite, time: clock);
        var model = NewModel();
        var start = clock.GetUtcNow();
        foreach (float seed in new[] { 1f, 2f, 3f })
        {
            var version = await process.RegisterAsync(model, seed);
            clock.Advance(TimeSpan.FromMinutes(10));
            await process.PromoteAsync(model, version);
        }

        async Task<string?> At(double minutes) => (await process.History.AtAsync(model, AliasName.Champion, start.AddMinutes(minutes), Stop)).Value?.Version;

        Assert.Null(await At(9.9));
        Assert.Equal("1", await At(10));
        Assert.Equal("1", await At(19.9));
        Assert.Equal("2", await At(20));
        Assert.Equal("3", await At(30));
        Assert.Equal("3", await At(1e6));
    }

    [Theory]
    [InlineData(20261121)]
    [InlineData(7)]
    public async Task Whatever_is_done_at_once_an_alias_always_names_a_sealed_complete_version(int seed)
    {
        await using var process = await RegistryProcess.StartAsync(azurite);
        var model = NewModel();
        for (int i = 1; i <= 4; i++) await process.RegisterAsync(model, i);

        await Task.WhenAll(Enumerable.Range(0, 4).Select(worker => Task.Run(() => ActAsync(process, model, new Random(seed + worker)))));

        Assert.Equal((await process.Aliases.CurrentAsync(model, AliasName.Champion, Stop)).Value?.Sequence ?? 0, (await process.MovesAsync(model)).Count);
    }

    private static async Task ActAsync(RegistryProcess process, ModelName model, Random random)
    {
        for (int step = 0; step < 12; step++)
        {
            var version = Version(random.Next(1, 7).ToString());
            switch (random.Next(5))
            {
                case 0: await process.RegisterAsync(model, 100 + random.Next(3)); break;
                case 1: await process.Versions.DeleteAsync(new(model, version), Actor.Anonymous, Stop); break;
                case 2: await process.Aliases.RollBackAsync(Rollback(model), Stop); break;
                default:
                    var current = await process.Table.AliasAsync(model, AliasName.Champion, Stop);
                    await process.Aliases.PromoteAsync(Promotion(model, current?.Tag), version, Stop);
                    break;
            }

            await CheckAsync(process, model);
        }
    }

    /// <summary>The alias, if there is one, names a sealed version whose file is there; looked at again when it has moved in between.</summary>
    private static async Task CheckAsync(RegistryProcess process, ModelName model)
    {
        for (int i = 0; i < 5; i++)
        {
            var alias = await process.Table.AliasAsync(model, AliasName.Champion, Stop);
            if (alias is null) break;
            var row = await process.Table.VersionAsync(new(model, Version(alias.Version)), Stop);
            var after = await process.Table.AliasAsync(model, AliasName.Champion, Stop);
            if (after!.Tag != alias.Tag) continue;
            Assert.Equal(VersionState.Sealed, row!.State);
            Assert.Contains("champion", row.AliasList());
            Assert.True(await process.Container.GetBlobClient($"{model}/{alias.Version}/model.onnx").ExistsAsync(Stop));
            break;
        }
    }
}
