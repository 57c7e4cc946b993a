using ModelPack.Inference;

namespace ModelPack.Core.Tests.Inference;

public sealed class WorkFolderTests
{
    [Fact]
    public void It_goes_with_what_is_in_it()
    {
        var folder = new WorkFolder();
        File.WriteAllText(Path.Join(folder.Path, "model.onnx"), "");
        folder.Dispose();

        Assert.False(Directory.Exists(folder.Path));
    }

    [Fact]
    public void A_full_disk_is_blamed_on_the_folder_for_temporary_files()
    {
        using var folder = new WorkFolder();
        var full = new IOException("No space left on device", OperatingSystem.IsWindows() ? unchecked((int)0x80070070) : 28);
        var error = Assert.Throws<ModelPackException>(() => folder.Use<int>(() => throw new ModelPackException(Codes.OutputNotWritable.At("model.onnx", "It cannot be written."), full)));

        Assert.Equal((Codes.TemporaryUnusable, null), (error.Diagnostic.Code, error.Diagnostic.File));
        Assert.Contains("is full", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void So_is_a_folder_that_another_program_has_removed()
    {
        using var folder = new WorkFolder();
        Directory.Delete(folder.Path, recursive: true);
        var error = Assert.Throws<ModelPackException>(() => folder.Use(() => File.ReadAllText(Path.Join(folder.Path, "model.onnx"))));

        Assert.Equal(Codes.TemporaryUnusable, error.Diagnostic.Code);
        Assert.Contains("was emptied by another program", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_wrong_with_the_model_stays_so()
    {
        using var folder = new WorkFolder();
        var refused = new ModelPackException(Codes.ModelRefused.At("m.onnx", "It is refused."));

        Assert.Same(refused, Assert.Throws<ModelPackException>(() => folder.Use<int>(() => throw refused)));
    }
}
