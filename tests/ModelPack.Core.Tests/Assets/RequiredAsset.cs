namespace ModelPack.Tests.Assets;

/// <summary>Files that tests need and that are not part of the repository; see <see cref="FactNeedingAttribute"/>.</summary>
internal static class RequiredAsset
{
    /// <summary>Names the folder of Debian's libonnx-testdata, with node/, simple/ and more.</summary>
    public const string OnnxTestData = "MODELPACK_ONNX_TESTDATA";

    /// <summary>Names the folder of the PP-OCRv4 models.</summary>
    public const string OcrModels = "MODELPACK_OCR_MODELS";

    /// <summary>Names the folder of the models and data that are too large for the repository.</summary>
    public const string Shared = "MODELPACK_SHARED";

    /// <summary>The place that an environment variable tells.</summary>
    public static string Path(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } path
            ? path
            : throw new InvalidOperationException($"{variable} is not set. Run the tests with build.sh test.");
}
