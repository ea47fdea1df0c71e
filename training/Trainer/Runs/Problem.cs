using System.Text.Json;
using Tidemark.Retraining.Contract;

namespace Tidemark.Trainer.Runs;

/// <summary>What is to be learned: the task, its classes and how rows weigh.</summary>
internal sealed class Problem
{
    public Problem(RunSpec spec, string[]? classNames, int[] trainingClasses)
    {
        (Task, ClassNames, Seed) = (spec.Task, classNames, (ulong)spec.Seed);
        Classes = classNames?.Length ?? 1;
        Outputs = Task == TrainingTask.Multiclass ? Classes : 1;
        ClassWeights = Weights(spec.ClassWeights, classNames, trainingClasses);
    }

    public TrainingTask Task { get; }

    public string[]? ClassNames { get; }

    public ulong Seed { get; }

    /// <summary>1 for a regression.</summary>
    public int Classes { get; }

    /// <summary>Numbers that a model gives per row: logits (one for two classes) or the prediction.</summary>
    public int Outputs { get; }

    /// <summary>Weight of a row by its class.</summary>
    public double[] ClassWeights { get; }

    /// <summary>
    /// What weights added to the logits, to be taken off again: a fit under weights w gives probabilities in proportion to w times the true ones.
    /// </summary>
    public double[] WeightShift => Task switch
    {
        TrainingTask.Binary => [Math.Log(ClassWeights[1] / ClassWeights[0])],
        TrainingTask.Multiclass => Array.ConvertAll(ClassWeights, Math.Log),
        _ => [0],
    };

    /// <summary>Loss of one row, from the model's outputs for it: log loss or squared error.</summary>
    public double Loss(ReadOnlySpan<double> outputs, int @class, double target)
    {
        switch (Task)
        {
            case TrainingTask.Regression:
                return (outputs[0] - target) * (outputs[0] - target);
            case TrainingTask.Binary:
                double margin = @class == 1 ? -outputs[0] : outputs[0];
                return margin > 0 ? margin + Math.Log(1 + Math.Exp(-margin)) : Math.Log(1 + Math.Exp(margin));
            default:
                double most = double.NegativeInfinity, sum = 0;
                foreach (double logit in outputs) most = Math.Max(most, logit);
                foreach (double logit in outputs) sum += Math.Exp(logit - most);
                return most + Math.Log(sum) - outputs[@class];
        }
    }

    /// <summary>Probabilities per class for one row of logits.</summary>
    public void Probabilities(ReadOnlySpan<double> logits, Span<double> probabilities)
    {
        if (Task == TrainingTask.Binary)
        {
            probabilities[1] = 1 / (1 + Math.Exp(-logits[0]));
            probabilities[0] = 1 - probabilities[1];
            return;
        }

        double most = double.NegativeInfinity, sum = 0;
        foreach (double logit in logits) most = Math.Max(most, logit);
        for (int c = 0; c < logits.Length; c++) sum += probabilities[c] = Math.Exp(logits[c] - most);
        for (int c = 0; c < logits.Length; c++) probabilities[c] /= sum;
    }

    private static double[] Weights(JsonElement? asked, string[]? names, int[] classes)
    {
        double[] weights = [.. Enumerable.Repeat(1.0, names?.Length ?? 1)];
        if (asked is { ValueKind: JsonValueKind.String })
        {
            for (int c = 0; c < weights.Length; c++) weights[c] = classes.Length / (double)(weights.Length * Math.Max(1, classes.Count(k => k == c)));
        }
        else if (asked is { ValueKind: JsonValueKind.Object } given)
        {
            foreach (var weight in given.EnumerateObject())
            {
                if (Array.IndexOf(names!, weight.Name) is >= 0 and var c) weights[c] = weight.Value.GetDouble();
            }
        }

        return weights;
    }
}
