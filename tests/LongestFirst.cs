using Tidemark.Tests;
using Tidemark.Tests.Embedded.Hosting;
using Tidemark.Tests.Embedded.Queues;
using Tidemark.Tests.EndToEnd;
using Tidemark.Tests.Faults.Batches;
using Tidemark.Tests.Retraining;
using Tidemark.Tests.Training;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(LongestFirst))]

namespace Tidemark.Tests;

/// <summary>Starts the classes that take minutes before all others: one that came last would run alone, with the other core idle.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly List<string> Long =
    [
        .. new[]
        {
            typeof(PyTorchTrainerTests), typeof(KillPointTests), typeof(BatchFaultTests), typeof(BlobLeaseTests), typeof(RetrainingKillTests), typeof(CSharpTrainerTests),
            typeof(RunTests), typeof(QueueOutageTests),
        }.Select(type => type.FullName!),
    ];

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection => [.. testCollections.OrderBy(Place)];

    private static int Place<TTestCollection>(TTestCollection collection)
        where TTestCollection : ITestCollection
    {
        int place = Long.FindIndex(name => collection.TestCollectionDisplayName.Contains($"{name} ", StringComparison.Ordinal));
        return place >= 0 ? place : Long.Count;
    }
}
