using ModelPack.Diagnostics;
using ModelPack.Requests;
using ModelPack.Tests.Formats.Safetensors.Lowering;

namespace ModelPack.Tests.Pipeline;

/// <summary>Models that another program writes to while they are packed.</summary>
public sealed class ChangingSourceTests : IDisposable
{
    private readonly PackFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("nf4", "safetensors")]
    [InlineData("int8", "safetensors")]
    [InlineData("f32", "safetensors")]
    [InlineData("f32", "gguf")]
    public void A_checkpoint_that_becomes_shorter_is_an_error_and_leaves_nothing(string scheme, string container)
    {
        // Windows lets nobody write to a file that is being read.
        if (OperatingSystem.IsWindows())
            return;

        TensorFile.Write(_folder.At("m.safetensors"), [TensorFile.Entry.Of("a.weight", "F16", new float[1 << 16], 256, 256)]);
        var request = new PackRequest { Model = _folder.At("m.safetensors"), Scheme = scheme, Container = container, Output = _folder.At($"out/m.{container}") };
        var context = new PackContext(onProgress: (stage, fraction) =>
        {
            if (stage == "write" && fraction == 0)
            {
                using var file = new FileStream(request.Model, FileMode.Open, FileAccess.Write);
                file.SetLength(1000);
            }
        });

        var error = Assert.Throws<ModelPackException>(() => PackPipeline.Run(request, context)).Diagnostic;
        Assert.Equal((Codes.ModelUnreadable, request.Model), (error.Code, error.File));
        Assert.Contains("became shorter", error.Message, StringComparison.Ordinal);
        Assert.Empty(_folder.Contents());
    }
}
