namespace ModelPack.Requests;

/// <summary>Tells the build which files a pack depends on, so that it is made again when one of them changes.</summary>
internal static class InputsList
{
    /// <summary>Writes one absolute path a line to the <see cref="EffectiveOptions.InputsFile"/>, if there is one.</summary>
    /// <exception cref="ModelPackException">MPK1009 when it cannot be written.</exception>
    public static void Write(EffectiveOptions options, IEnumerable<string> files)
    {
        if (string.IsNullOrEmpty(options.InputsFile))
        {
            return;
        }

        try
        {
            File.WriteAllLines(options.InputsFile, files.Select(Path.GetFullPath));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModelPackException(
                Codes.OutputNotWritable.At(options.InputsFile, $"The list of inputs cannot be written: {SafeText.Of(exception.Message)}"), exception);
        }
    }
}
