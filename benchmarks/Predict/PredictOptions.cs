namespace Tidemark.Benchmarks.Predict;

/// <summary>What <c>./bench predict</c> measures.</summary>
internal sealed record PredictOptions
{
    /// <value>Seconds per measurement; default 3.</value>
    public double Seconds { get; init; } = 3;

    /// <value>Rounds, each measuring every peer in turn; default 5. Figures are medians over the rounds.</value>
    public int Rounds { get; init; } = 5;

    /// <value>Keep-alive connections, each with one request under way; default 1 and 16.</value>
    public int[] Connections { get; init; } = [1, 16];

    /// <value>Models; default lr and gbt.</value>
    public string[] Models { get; init; } = ["lr", "gbt"];

    /// <value>Peers; default all.</value>
    public string[] Peers { get; init; } = Predict.Peers.All;
}
