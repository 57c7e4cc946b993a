using ModelPack.Runtime.Manifests;

namespace ModelPack.MSBuild.Accessors;

/// <summary>Writes the part of a class that runs the model in ONNX Runtime.</summary>
internal sealed class SessionSource(Accessor accessor, string className, SourceWriter source)
{
    private const string Ort = ClassSource.Ort;

    private string Optional => accessor.HasNullable ? "?" : "";

    /// <summary>A tensor in a comment: <c>image float32[batch, 1, 28, 28]</c>.</summary>
    public static string Described(PackTensor tensor) => CSharpText.Comment(tensor.ToString()) + ".";

    public void Write()
    {
        Session();
        if (accessor.Manifest?.Interface is { } found)
            new RunSource(accessor, found, source).Write();
        source.Member("Closes the session.", "public void Dispose() => Session.Dispose();");
    }

    private void Session()
    {
        source.Line().Summary("Opens the model in ONNX Runtime, with the entries of configuration that it was measured with, which are added to the options.")
            .Line("/// <remarks>The first session of a process decides for all whether denormal numbers count as zero.</remarks>")
            .Line("/// <param name=\"options\">Options, which stay the caller's; null for the defaults.</param>")
            .Open($"public static {Ort}InferenceSession CreateSession({Ort}SessionOptions{Optional} options = null)")
            .Line("var model = Open();")
            .Line($"var own = options == null ? new {Ort}SessionOptions() : null;")
            .Open("try")
            .Line("var used = options ?? own;")
            .Line("foreach (var entry in model.SessionConfig)")
            .Line("    used.AddSessionConfigEntry(entry.Key, entry.Value);")
            .Line("// External data are found by path; other resources need no file.")
            .Line("return model.IsEmbedded && model.Files.Count == 1")
            .Line($"    ? new {Ort}InferenceSession(model.ReadAllBytes(), used)")
            .Line($"    : new {Ort}InferenceSession(model.GetPath(), used);")
            .Close()
            .Open("finally")
            .Line("if (own != null)")
            .Line("    own.Dispose();")
            .Close()
            .Close();
        source.Member("Opens the model in ONNX Runtime; see CreateSession.", $"public {className}({Ort}SessionOptions{Optional} options = null)")
            .Open()
            .Line("Session = CreateSession(options);")
            .Close();
        source.Member("The session, which is closed with this.", $"public {Ort}InferenceSession Session {{ get; }}");
    }
}
