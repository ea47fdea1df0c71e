namespace Tidemark.Feedback.Metrics;

/// <summary>Names of metrics in answers, policies and stored windows.</summary>
public static class MetricNames
{
    public const string Accuracy = "accuracy";
    public const string Precision = "precision";
    public const string Recall = "recall";
    public const string Specificity = "specificity";
    public const string F1 = "f1";
    public const string RocAuc = "roc_auc";
    public const string PrAuc = "pr_auc";
    public const string LogLoss = "log_loss";
    public const string Brier = "brier";
    public const string CalibrationError = "calibration_error";
    public const string ExpectedCost = "expected_cost";
    public const string Mse = "mse";
    public const string Rmse = "rmse";
    public const string Mae = "mae";
    public const string Mape = "mape";
    public const string R2 = "r2";
}
