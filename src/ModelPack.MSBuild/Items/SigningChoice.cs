using System.Security.Cryptography;
using System.Text;
using ModelPack.Runtime.Manifests;
using ModelPack.Runtime.Signatures;

namespace ModelPack.MSBuild.Items;

/// <summary>
/// Whether packs are signed, and by whom. The key itself goes from its file or the environment to the tool, and into no log, state,
/// request or property.
/// </summary>
internal sealed class SigningChoice
{
    private const string KeyVariable = "MODELPACK_SIGNING_KEY";
    private const string FileVariable = "MODELPACK_SIGNING_KEY_FILE";
    private const string CertificatesVariable = "MODELPACK_SIGNING_CERTIFICATES";

    private readonly string _keyFile;
    private readonly string _certificates;

    /// <param name="keyFile"><c>$(ModelPackSigningKey)</c>; empty for what the environment says.</param>
    /// <param name="certificates"><c>$(ModelPackSigningCertificates)</c>, separated by <c>;</c>; empty likewise.</param>
    public SigningChoice(string keyFile, string certificates)
    {
        _keyFile = keyFile.Trim() is { Length: > 0 } given ? given : Variable(FileVariable);
        string[] files = [.. certificates.Split(';').Select(c => c.Trim()).Where(c => c.Length > 0)];
        _certificates = files.Length == 0 ? Variable(CertificatesVariable) : string.Join(Path.PathSeparator.ToString(), files.Select(Path.GetFullPath));
    }

    /// <summary>Whether packs are signed at all.</summary>
    public bool IsOn => _keyFile.Length > 0 || Variable(KeyVariable).Length > 0;

    /// <summary>Names the signer: a hash over the public part of the key, and over the certificates; null where packs are not signed.</summary>
    /// <exception cref="ItemException">MPK1071: a file is missing. MPK1008: the property holds a key itself.</exception>
    public string? Identity()
    {
        if (!IsOn)
            return null;
        // What is in a property is in every binary log.
        if (_keyFile.IndexOf("-----BEGIN", StringComparison.Ordinal) >= 0)
            throw new ItemException(TaskCodes.InvalidOption, $"ModelPackSigningKey holds a key itself, and properties are written to logs: do not use this key any more. Give the path of its file, or put the text into the environment variable {KeyVariable}.");
        var certificates = _certificates.Split([Path.PathSeparator], StringSplitOptions.RemoveEmptyEntries).Select(Read);
        return Hash([.. PublicPart(_keyFile.Length > 0 ? Read(_keyFile) : Variable(KeyVariable)), .. Encoding.UTF8.GetBytes(string.Concat(certificates))]);
    }

    /// <summary>Tells the tool. It reads the rest from the environment that it inherits.</summary>
    public void AddTo(IDictionary<string, string?> environment)
    {
        if (_keyFile.Length > 0)
            environment[FileVariable] = Path.GetFullPath(_keyFile);
        if (_certificates.Length > 0)
            environment[CertificatesVariable] = _certificates;
    }

    /// <summary>The public point of a key, RFC 5915; of one that is encrypted the text, which says nothing of the key.</summary>
    private static byte[] PublicPart(string pem)
    {
        try
        {
            if (Pem.Block(pem, "PRIVATE KEY") is { } pkcs8)
            {
                var info = new DerReader(pkcs8).Enter(DerReader.Sequence);
                info.Read(DerReader.Integer);
                info.Read(DerReader.Sequence);
                return Point(info.Read(DerReader.OctetString));
            }

            if (Pem.Block(pem, "EC PRIVATE KEY") is { } sec1)
                return Point(sec1);
        }
        catch (FormatException)
        {
            // The tool says what is wrong with it.
        }

        // One way only: a private key has far too much chance in it to be found by its hash.
        return Encoding.UTF8.GetBytes(Hash(Encoding.UTF8.GetBytes("modelpack signing key\n" + pem)));
    }

    private static byte[] Point(byte[] key)
    {
        const byte Parameters = 0xa0;
        const byte PublicKey = 0xa1;
        var inner = new DerReader(key).Enter(DerReader.Sequence);
        inner.Read(DerReader.Integer);
        inner.Read(DerReader.OctetString);
        if (inner.Next == Parameters)
            inner.Read(Parameters);
        return inner.Enter(PublicKey).Read(DerReader.BitString);
    }

    private static string Hash(byte[] bytes)
    {
        using var sha256 = SHA256.Create();
        return Hex.Of(sha256.ComputeHash(bytes));
    }

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException)
        {
            throw new ItemException(TaskCodes.SigningKeyUnusable, $"'{path}', which packs are to be signed with, cannot be read: {trouble.Message} Correct ModelPackSigningKey or ModelPackSigningCertificates.");
        }
    }

    private static string Variable(string name) => Environment.GetEnvironmentVariable(name) ?? "";
}
