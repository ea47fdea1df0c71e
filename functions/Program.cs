using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Hosting;
using Tidemark.BatchScoring;
using Tidemark.Drift;
using Tidemark.Feedback;
using Tidemark.Operations;
using Tidemark.Platform;
using Tidemark.Prediction;
using Tidemark.Registry;
using Tidemark.Reports;
using Tidemark.Retraining;
using Tidemark.Retraining.Compute;
using Tidemark.Validation;

FunctionsApplicationBuilder builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();

builder.AddPlatform();
builder.AddRegistry();
builder.AddPrediction();
builder.AddValidation();
builder.AddDrift();
builder.AddOperations();
builder.AddBatchScoring();
builder.AddFeedback();
builder.AddReports();
builder.AddTrainingCompute();
builder.AddRetraining();

builder.Build().Run();
