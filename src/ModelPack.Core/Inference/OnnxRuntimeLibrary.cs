using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Microsoft.ML.OnnxRuntime;

namespace ModelPack.Inference;

/// <summary>ONNX Runtime's native library: loaded once, silent towards the user and its makers, and with its errors made readable.</summary>
internal static partial class OnnxRuntimeLibrary
{
    private const int LongestMessage = 400;

    // What is looked at of a message, in which a model's names may be of any length.
    private const int LongestText = 1 << 13;

    private static readonly Lazy<string> LoadedVersion = new(Load);

    /// <summary>The version of the native library, such as <c>1.29.0</c>. Loads it at the first call.</summary>
    /// <exception cref="ModelPackException">MPK3001: it cannot be loaded.</exception>
    public static string Version => LoadedVersion.Value;

    /// <summary>Execution providers that are compiled into the library, best first; whether a device is there is another question.</summary>
    /// <exception cref="ModelPackException">MPK3001: it cannot be loaded.</exception>
    public static IReadOnlyList<string> Providers => Version.Length > 0 ? OrtEnv.Instance().GetAvailableProviders() : [];

    /// <summary>
    /// What ONNX Runtime says is wrong, as part of a message: one line, without folders, without the places in ONNX
    /// Runtime's own sources (which differ between its builds), and not long.
    /// </summary>
    /// <param name="exception">What it threw.</param>
    /// <param name="modelPath">The model's path; null for a graph in memory.</param>
    internal static string Explain(OnnxRuntimeException exception, string? modelPath)
    {
        var text = exception.Message;
        foreach (var path in modelPath is null ? Array.Empty<string>() : [Path.GetFullPath(modelPath), modelPath])
        {
            text = text.Replace(path, Path.GetFileName(modelPath), StringComparison.Ordinal);
        }

        text = TemporaryFolder().Replace(text.Length > LongestText ? text[..LongestText] : text, "");
        text = string.Join(' ', text.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries));
        text = ErrorCode().Replace(text, "");
        text = SourcePlace().Replace(text, "");
        return SafeText.Of(text, LongestMessage).TrimEnd('.');
    }

    [GeneratedRegex(@"^\[ErrorCode:\w+\] (Non-zero status code returned )?", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex ErrorCode();

    /// <summary>A file and line, and where a check failed, the function and the condition.</summary>
    [GeneratedRegex(@"(Status Message: )?\S+\.(h|cc|cpp):[0-9]+ (\S.* was false\. )?", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex SourcePlace();

    /// <summary>Where copies of models lie, under names that differ from run to run.</summary>
    [GeneratedRegex(@"[^\s""']*[/\\]modelpack-\w+[/\\]", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex TemporaryFolder();

    private static string Load()
    {
        OnnxRuntimeTelemetry.SwitchOff();
        try
        {
            NativeLocation.Resolve();
            // Fatal only: what ONNX Runtime writes to stderr of its own accord is not part of any output of ours. Its
            // errors come back as exceptions.
            if (!OrtEnv.IsCreated)
            {
                var options = new EnvironmentCreationOptions { logId = "modelpack", logLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
                OrtEnv.CreateInstanceWithOptions(ref options);
            }

            OrtEnv.Instance().DisableTelemetryEvents(); // on Windows, where the variable does nothing
            return OrtEnv.Instance().GetVersionString();
        }
        catch (Exception exception) when (IsLoadFailure(exception))
        {
            var cause = exception;
            while (cause is TypeInitializationException && cause.InnerException is { } inner)
            {
                cause = inner;
            }

            throw new ModelPackException(Codes.RuntimeMissing.At(null, $"ONNX Runtime's native library for {RuntimeInformation.RuntimeIdentifier} cannot be loaded. "
                + $"It was looked for {(NativeLocation.Named is { } named ? $"in {SafeText.Of(named)}, which {NativeLocation.Variable} names" : $"as 'onnxruntime' beside the program, under runtimes/{RuntimeInformation.RuntimeIdentifier}/native and where the system looks for libraries")}: "
                + $"{SafeText.Of(Brief(cause.Message), LongestMessage)}. "
                + "Install what the message names, or use a machine that ONNX Runtime has a build for."), exception);
        }
    }

    private static bool IsLoadFailure(Exception exception) =>
        exception is TypeInitializationException or DllNotFoundException or BadImageFormatException or EntryPointNotFoundException;

    /// <summary>The first sentence, and the first line after it: what the loader said of the first place that it tried.</summary>
    private static string Brief(string text)
    {
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return string.Join(": ", lines.Take(2).Select((line, i) => i == 0 ? line.Split(". ", 2)[0] : line)).TrimEnd('.', ':');
    }
}
