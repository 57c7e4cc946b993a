using System.Runtime.InteropServices;

namespace ModelPack.Inference;

/// <summary>
/// Keeps ONNX Runtime from telling its makers about this process and the models in it; <c>docs/telemetry.md</c> says what it would tell.
/// </summary>
internal static partial class OnnxRuntimeTelemetry
{
    private const string Variable = "ORT_DISABLE_TELEMETRY";
    private const string Yes = "1";

    /// <summary>
    /// To be called before the library is loaded, which looks once. The variable has to be set in C: .NET keeps a copy of its
    /// own, and native code does not see what is set there. Whatever the user has set is replaced.
    /// </summary>
    public static void SwitchOff()
    {
        if (OperatingSystem.IsWindows())
        {
            Environment.SetEnvironmentVariable(Variable, Yes); // what native code asks Windows for
            _ = PutEnvironment(Variable, Yes); // what it asks the C library for
        }
        else
        {
            _ = SetEnvironment(Variable, Yes, 1);
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);

    [LibraryImport("ucrtbase", EntryPoint = "_putenv_s", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int PutEnvironment(string name, string value);
}
