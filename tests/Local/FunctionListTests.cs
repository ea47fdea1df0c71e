using Tidemark.Local;
using Xunit;

namespace Tidemark.Tests.Local;

public sealed class FunctionListTests
{
    [Fact]
    public void Reads_the_list_that_the_host_writes_at_its_start()
    {
        string[] output =
        [
            "Functions:",
            "",
            "\tInfer: [POST] http://localhost:7071/v2/models/{model}/infer",
            "\tAlias: [GET,PUT] http://localhost:7071/api/models/{model}/aliases/{alias}",
            "\tIntake: queueTrigger model-intake",
            "\tSweep: timerTrigger 0 */5 * * * *",
            "",
            "Host started: http://127.0.0.1:7071",
        ];

        Assert.Equal(
            [
                new("Infer", "http", "POST   /v2/models/{model}/infer"),
                new("Alias", "http", "GET PUT /api/models/{model}/aliases/{alias}"),
                new("Intake", "queue", "model-intake"),
                new("Sweep", "timer", "0 */5 * * * *"),
            ],
            FunctionList.Read(output));
    }
}
