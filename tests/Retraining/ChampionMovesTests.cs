using Tidemark.Registry;
using Tidemark.Retraining.Admitting;
using Tidemark.Retraining.Promotion;
using Tidemark.Retraining.Records;
using Tidemark.Tests.Platform;
using Xunit;
using static Tidemark.Tests.Registry.RegistryProcess;

namespace Tidemark.Tests.Retraining;

/// <summary>The irreversible steps, killed at every request to storage and repeated, as the orchestration repeats them.</summary>
public sealed class ChampionMovesTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task Promotion_and_rollback_happen_exactly_once_wherever_the_process_is_killed_or_an_answer_is_lost()
    {
        await using RetrainingProcess next = await RetrainingProcess.StartAsync(azurite);
        for (int n = 1; n <= 90; n++)
        {
            RetrainingId id = await JudgedAsync(next);
            Fault fault = (n % 3) switch { 0 => Fault.KilledBefore, 1 => Fault.KilledAfter, _ => Fault.AnswerLost };
            var faults = StorageFaults.At(n, fault);
            await using RetrainingProcess dies = await RetrainingProcess.StartAsync(azurite, faults: faults);
            await KilledOr(() => ReleaseAsync(dies, id), killed: false);

            await ReleaseAsync(next, id);

            var moves = await next.Registry.MovesAsync(id.Model);
            Assert.Equal(["1", "2", "1"], moves.OrderBy(m => m.Sequence).Select(m => m.Version));
            Assert.Equal([MoveKind.Promotion, MoveKind.Promotion, MoveKind.Rollback], moves.OrderBy(m => m.Sequence).Select(m => m.Kind));
            Assert.Equal(["promotion", "rollback"], (await next.Records.FindAsync(id, Stop))!.DecisionList().Select(d => d.Step));
            if (faults.Requests < n) return;
        }

        Assert.Fail("It never came to its end.");
    }

    [Fact]
    public async Task A_champion_that_changed_after_the_gates_is_not_overwritten()
    {
        await using RetrainingProcess process = await RetrainingProcess.StartAsync(azurite);
        RetrainingId id = await JudgedAsync(process);
        ModelVersion third = await process.Registry.RegisterAsync(id.Model, 3);
        await process.Registry.PromoteAsync(id.Model, third);

        var outcome = await process.Moves.PromoteAsync(id, Stop);

        Assert.Equal(RetrainingState.Failed, outcome.End);
        Assert.Contains("another version has become champion", outcome.Sentence, StringComparison.Ordinal);
        Assert.Equal("3", (await process.Registry.Table.AliasAsync(id.Model, AliasName.Champion, Stop))!.Version);
    }

    [Fact]
    public async Task What_a_person_has_moved_meanwhile_is_not_taken_back()
    {
        await using RetrainingProcess process = await RetrainingProcess.StartAsync(azurite);
        RetrainingId id = await JudgedAsync(process);
        await process.Moves.PromoteAsync(id, Stop);
        await process.Registry.PromoteAsync(id.Model, await process.Registry.RegisterAsync(id.Model, 3));

        var outcome = await process.Moves.TakeBackAsync(id, "it is worse", Stop);

        Assert.Equal(RetrainingState.Failed, outcome.End);
        Assert.Equal("3", (await process.Registry.Table.AliasAsync(id.Model, AliasName.Champion, Stop))!.Version);
    }

    /// <summary>A retraining whose candidate, version 2, has passed the gates against version 1.</summary>
    private static async Task<RetrainingId> JudgedAsync(RetrainingProcess process)
    {
        ModelName model = await process.ModelAsync();
        var wish = new RetrainingWish(model, "wish", RetrainingWish.Manual, "a test", new Dictionary<string, string>(), "ann", process.Records.Now);
        RetrainingId id = RetrainingId.Parse((await process.Admission.AdmitAsync(wish, Stop)).Value!.RowKey).Value;
        AliasRow alias = (await process.Registry.Table.AliasAsync(model, AliasName.Champion, Stop))!;
        await process.Steps.OnceAsync(id, "champion", () => Task.FromResult(new SeenChampion(alias.Version, alias.Tag)), Stop);
        await process.Steps.OnceAsync(id, "candidate", () => Task.FromResult(new Candidate("2", null, null, "linear", 0)), Stop);
        return id;
    }

    private static async Task<bool> ReleaseAsync(RetrainingProcess process, RetrainingId id)
    {
        Assert.Null((await process.Moves.PromoteAsync(id, Stop)).End);
        Assert.Equal(RetrainingState.RolledBack, (await process.Moves.TakeBackAsync(id, "it is worse", Stop)).End);
        return true;
    }
}
