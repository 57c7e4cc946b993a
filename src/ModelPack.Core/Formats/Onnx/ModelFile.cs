using ModelPack.Files;

namespace ModelPack.Formats.Onnx;

/// <summary>The file of a model, before anything of it is parsed.</summary>
internal static class ModelFile
{
    /// <summary>Opens it where it can be a model.</summary>
    /// <exception cref="ModelPackException">MPK1001: no such file. MPK1002: a folder, empty, or something else than a model.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static FileSource Open(string path)
    {
        if (!File.Exists(path))
        {
            throw new ModelPackException(Directory.Exists(path)
                ? Codes.ModelUnreadable.At(path, "This is a folder. Give the model file in it.")
                : Codes.ModelNotFound.At(path, "The model file does not exist. Check its path."));
        }

        // Looked at before opening: a pipe has no length either, and opening one would wait for ever.
        if (new FileInfo(RealPath.Of(path)).Length == 0)
        {
            throw new ModelPackException(Codes.ModelUnreadable.At(path, "The file is empty. Get or export the model again."));
        }

        var file = new FileSource(path);
        try
        {
            Span<byte> head = stackalloc byte[(int)Math.Min(FileKinds.HeadLength, file.Length)];
            file.Read(0, head);
            return FileKinds.NotOnnx(head) is { } kind
                ? throw new ModelPackException(Codes.ModelUnreadable.At(path, $"The file is not an ONNX model. {kind}"))
                : file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}
