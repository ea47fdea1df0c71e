using System.Globalization;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Tidemark.Embedded;
using Xunit;

namespace Tidemark.Tests.Embedded.Durable;

/// <summary>Random orchestrations, killed again and again, come to what they come to in one run.</summary>
public sealed class PropertyTests(AzuriteFixture azurite)
{
    private const int Plans = 8;

    [Fact]
    public async Task Random_orchestrations_with_random_crashes_end_as_a_straight_run_does()
    {
        await using RunningHost functions = RunningHost.Idle([typeof(Player)], null, ("AzureWebJobsStorage", azurite.ConnectionString));
        await Parallel.ForEachAsync(
            Enumerable.Range(1, Plans),
            new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = TestContext.Current.CancellationToken },
            async (seed, stop) =>
            {
                Plan plan = Plan.Random(new Random(seed), depth: 2);
                await using Lives once = new(functions, azurite), often = new(functions, azurite);
                (OrchestrationMetadata straight, _, int writes) = await once.RunAsync(nameof(Player.Play), plan, []);
                Random crash = new(-seed);
                int[] lastWrites = [.. Enumerable.Range(0, 2).Select(_ => crash.Next(writes / 2 + 1))];

                (OrchestrationMetadata crashed, DurableStore store, _) = await often.RunAsync(nameof(Player.Play), plan, lastWrites);

                string told = $"Plan {seed}, killed after writes {string.Join(", ", lastWrites)}";
                Assert.True(straight.RuntimeStatus == crashed.RuntimeStatus, $"{told}: {straight.RuntimeStatus} and {crashed.RuntimeStatus}");
                Assert.True(straight.SerializedOutput == crashed.SerializedOutput, $"{told}: {straight.SerializedOutput} and {crashed.SerializedOutput}");
                Assert.True(straight.SerializedCustomStatus == crashed.SerializedCustomStatus, told);
                InstanceRow row = (await store.FindAsync("story", stop))!;
                Assert.Equal(row.Episodes, (await store.HistoryAsync(row, stop)).Count);
            });
    }

    public enum StepKind
    {
        Activity,
        Failure,
        Retry,
        FanOut,
        Timer,
        Race,
        Child,
        Event,
        Status,
    }

    public sealed record Step(StepKind Kind, int Number, Plan? Child);

    /// <param name="Rounds">How often it begins anew.</param>
    public sealed record Plan(IReadOnlyList<Step> Steps, int Rounds, string Told)
    {
        public static Plan Random(Random random, int depth)
        {
            List<Step> steps = [];
            int count = random.Next(1, 6);
            for (int i = 0; i < count; i++)
            {
                StepKind kind = (StepKind)random.Next(Enum.GetValues<StepKind>().Length);
                bool nests = kind is StepKind.Child or StepKind.Event;
                if (nests && depth == 0) kind = StepKind.Activity;
                steps.Add(new(kind, random.Next(1, 5), nests && depth > 0 ? Random(random, depth - 1) with { Rounds = 0 } : null));
            }

            return new(steps, random.Next(3) == 0 ? 1 : 0, "");
        }
    }

    public sealed class Player
    {
        private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(15);

        [Function(nameof(Play))]
        public static async Task<string> Play([OrchestrationTrigger] TaskOrchestrationContext context, Plan plan)
        {
            List<string> told = plan.Told.Length == 0 ? [] : [plan.Told];
            for (int i = 0; i < plan.Steps.Count; i++)
            {
                Step step = plan.Steps[i];
                told.Add(await TellAsync(context, step, $"{context.InstanceId}-{plan.Rounds}-{i}"));
            }

            string all = $"[{string.Join(' ', told)}]";
            if (plan.Rounds > 0) context.ContinueAsNew(plan with { Rounds = plan.Rounds - 1, Told = all });
            return all;
        }

        private static async Task<string> TellAsync(TaskOrchestrationContext context, Step step, string name)
        {
            switch (step.Kind)
            {
                case StepKind.Activity:
                    return $"{await context.CallActivityAsync<int>(nameof(Square), step.Number)}";
                case StepKind.Failure:
                    return await ReasonAsync(context.CallActivityAsync(nameof(Fail), step.Number));
                case StepKind.Retry:
                    RetryPolicy policy = new(Math.Min(step.Number, 3), Moment);
                    return await ReasonAsync(context.CallActivityAsync(nameof(Fail), step.Number, TaskOptions.FromRetryPolicy(policy)));
                case StepKind.FanOut:
                    return string.Join('+', await Task.WhenAll(Enumerable.Range(0, step.Number).Select(i => context.CallActivityAsync<int>(nameof(Square), i))));
                case StepKind.Timer:
                    await context.CreateTimer(step.Number * Moment, CancellationToken.None);
                    return "timer";
                case StepKind.Race:
                    return await RaceAsync(context, step.Number);
                case StepKind.Child:
                    return await context.CallSubOrchestratorAsync<string>(nameof(Play), step.Child, new SubOrchestrationOptions(instanceId: name));
                case StepKind.Event:
                    Task<string?> raised = context.WaitForExternalEvent<string>(name);
                    await context.CallSubOrchestratorAsync(nameof(Raise), new Raised(context.InstanceId, name, step.Number), new SubOrchestrationOptions(instanceId: name));
                    return (await raised)!;
                default:
                    context.SetCustomStatus(step.Number);
                    return "status";
            }
        }

        /// <summary>An activity against a timer that is far away.</summary>
        private static async Task<string> RaceAsync(TaskOrchestrationContext context, int number)
        {
            using CancellationTokenSource timer = new();
            Task late = context.CreateTimer(TimeSpan.FromHours(1), timer.Token);
            Task<int> square = context.CallActivityAsync<int>(nameof(Square), number);
            bool won = await Task.WhenAny(late, square) == square;
            Cancel(timer);
            return won ? $"won {await square}" : "lost";
        }

        [Function(nameof(Raise))]
        public static Task Raise([OrchestrationTrigger] TaskOrchestrationContext context, Raised raised)
        {
            context.SendEvent(raised.Instance, raised.Name.ToUpperInvariant(), raised.Number.ToString(CultureInfo.InvariantCulture));
            return Task.CompletedTask;
        }

        [Function(nameof(Square))]
        public static int Square([ActivityTrigger] int number) => number * number;

        [Function(nameof(Fail))]
        public static void Fail([ActivityTrigger] int number) => throw new InvalidOperationException($"broken {number}");

        private static void Cancel(CancellationTokenSource source) => source.Cancel();

        private static async Task<string> ReasonAsync(Task task)
        {
            try
            {
                await task;
                return "none";
            }
            catch (TaskFailedException e)
            {
                return $"{e.FailureDetails.ErrorMessage} (#{e.TaskId})";
            }
        }
    }

    public sealed record Raised(string Instance, string Name, int Number);
}
