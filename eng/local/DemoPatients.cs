using System.Globalization;
using System.Text.Json.Nodes;

namespace Tidemark.Local;

/// <summary>
/// Made-up patients with the columns of <c>samples/heart</c>, seeded, spread about as the published Cleveland data is. On the last day they are older,
/// cholesterol arrives in mmol/l instead of mg/dl, and a scan says <c>unclear</c>, which no training row said.
/// </summary>
internal sealed class DemoPatients(int seed)
{
    public static readonly string[] Columns = ["age", "sex", "cp", "trestbps", "chol", "fbs", "restecg", "thalach", "exang", "oldpeak", "slope", "ca", "thal"];

    private readonly Random random = new(seed);

    public JsonArray Next(bool drifted)
    {
        double age = Math.Clamp(Math.Round(Normal(drifted ? 62 : 54, 9)), 29, 84);
        double cholesterol = Math.Clamp(Math.Round(Normal(246, 50)), 126, 564);
        return
        [
            age, Pick(0.32, 0.68), 1 + Pick(0.08, 0.17, 0.28, 0.47), Math.Clamp(Math.Round(Normal(131, 17)), 94, 200), drifted ? Math.Round(cholesterol / 38.67, 1) : cholesterol,
            Pick(0.85, 0.15), Pick(0.49, 0.02, 0.49), Math.Clamp(Math.Round(Normal(150 - (0.9 * (age - 54)), 20)), 71, 202), Pick(0.67, 0.33),
            Math.Round(Math.Min(6.2, -Math.Log(1 - random.NextDouble())), 1), 1 + Pick(0.47, 0.46, 0.07), Pick(0.58, 0.21, 0.13, 0.08),
            ((string[])["normal", "reversible", "fixed", "unclear"])[drifted ? Pick(0.4, 0.3, 0.05, 0.25) : Pick(0.55, 0.39, 0.06)],
        ];
    }

    /// <summary>What came true: on the last day the scores no longer mean what they did.</summary>
    public string Outcome(double probability, bool drifted) =>
        (random.NextDouble() < (drifted ? 0.35 + (0.3 * probability) : probability) ? 1 : 0).ToString(CultureInfo.InvariantCulture);

    public bool Knows(double share) => random.NextDouble() < share;

    private double Normal(double mean, double deviation) => mean + (deviation * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));

    private int Pick(params double[] shares)
    {
        double left = random.NextDouble();
        for (int i = 0; i < shares.Length - 1; i++)
        {
            if ((left -= shares[i]) < 0)
                return i;
        }

        return shares.Length - 1;
    }
}
