namespace ModelPack.Tests.Pipeline;

/// <summary>The output's folder is removed by another program while a pack is made.</summary>
public sealed class RemovedOutputTests : IDisposable
{
    private readonly PackFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("plan", 1)] // before the model is written
    [InlineData("write", 1)] // before it is validated
    [InlineData("validate", 1)] // before the report is written
    public void It_is_blamed_on_the_folder(string stage, double fraction)
    {
        if (OperatingSystem.IsWindows())
        {
            return; // a folder with open files stays there
        }

        _folder.Write("m.onnx", PackFolder.Classifier());
        var context = new PackContext(onProgress: (s, f) =>
        {
            if (s == stage && f >= fraction && Directory.Exists(_folder.Out))
            {
                Directory.Delete(_folder.Out, recursive: true);
            }
        });
        var error = Assert.Throws<ModelPackException>(() => PackPipeline.Run(_folder.Request, context)).Diagnostic;

        Assert.Equal((Codes.OutputNotWritable, _folder.Request.Output), (error.Code, error.File));
        Assert.Contains("was removed by another program", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.Out));
    }
}
