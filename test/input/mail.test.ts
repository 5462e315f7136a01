import { describe, expect, it } from 'vitest';
import { unflow } from '../../src/input/flowed.ts';
import { type Mail, readMail } from '../../src/input/mail.ts';
import { unwrapMail } from '../../src/input/mbox.ts';

const plain = (text: string): Mail => {
  const mail = readMail(Buffer.from(text));
  // a promise means that the library was loaded
  expect(mail).not.toBeInstanceOf(Promise);
  return mail as Mail;
};

describe('a plain mail', () => {
  it('is read without the library, whatever line breaks it has', () => {
    for (const end of ['\n', '\r\n']) {
      const mail = plain(
        [
          'From: Ada <ada@example.org>',
          'Subject: one',
          '  two',
          'Content-Type: text/plain; charset="UTF-8"',
          'Content-Transfer-Encoding: 8bit',
          '',
          'Bödy',
          '',
        ].join(end),
      );
      expect(mail).toMatchObject({ subject: 'one two', from: 'Ada <ada@example.org>', body: `Bödy${end}` });
    }
  });

  it('takes only the first id of In-Reply-To', () => {
    const mail = plain('In-Reply-To: <a@x> (Ben\'s message of "now" <b@y>)\nReferences: <r1@x>\n\t<r2@x>,<a@x>\nMessage-Id: <m@x>\n\n');
    expect(mail).toMatchObject({ inReplyTo: 'a@x', references: ['r1@x', 'r2@x', 'a@x'], messageId: 'm@x' });
  });

  it('keeps the first of two headers, and knows no date rather than a wrong one', () => {
    const mail = plain('Subject: first\nSubject: second\n more\nDate: yesterday\n\n');
    expect(mail).toMatchObject({ subject: 'first', date: null });
    expect(plain('Date: Tue, 4 Nov 2025 10:00:00 +0000 (UTC)\n\n').date).toBe(Date.UTC(2025, 10, 4, 10));
  });

  it('that is no UTF-8 is Latin-1, and says so', () => {
    const mail = readMail(Buffer.from('Subject: x\n\nB\xf6dy\n', 'latin1')) as Mail;
    expect(mail.body).toBe('Bödy\n');
    expect(mail.damage).toEqual(['is no valid UTF-8: read as Latin-1']);
  });

  it('without a body, without a head, or of nothing at all is read all the same', () => {
    expect(plain('Subject: x').body).toBe('');
    expect(plain('\nbody').body).toBe('');
    expect(plain('').subject).toBe('');
  });
});

describe('a mail that takes the library', () => {
  it.each([
    ['koi8-r', Buffer.from([0xd3, 0xcc, 0xcf, 0xd4])],
    ['windows-1251', Buffer.from([0xf1, 0xeb, 0xee, 0xf2])],
  ])('in %s', async (charset, bytes) => {
    const mail = await readMail(
      Buffer.concat([Buffer.from(`Subject: x\nContent-Type: text/plain; charset=${charset}\n\n`), bytes, Buffer.from('\n')]),
    );
    expect(mail.body.trim()).toBe('слот');
  });

  it('with encoded words in its head', async () => {
    const mail = await readMail(
      Buffer.from('Subject: =?UTF-8?q?[PATCH]_s=C3=B6?= =?UTF-8?q?nd?=\nFrom: =?iso-8859-1?Q?J=F6rg?= <j@x>\n\nbody\n'),
    );
    expect(mail).toMatchObject({ subject: '[PATCH] sönd', from: 'Jörg <j@x>', body: 'body\n' });
  });

  it('of an unknown charset or a broken encoding never throws', async () => {
    for (const head of ['charset=x-nobody-knows', 'charset=utf-16', 'charset="']) {
      const mail = await readMail(
        Buffer.from(`Subject: x\nContent-Type: text/plain; ${head}\nContent-Transfer-Encoding: quoted-printable\n\na=ZZb=\n`),
      );
      expect(mail.subject).toBe('x');
    }
  });

  it('keeps blank context lines of flowed text', async () => {
    const text = '@@ -1,3 +1,4 @@\n  a\n  \n+b\n  c\n';
    expect(unflow(text, false)).toBe('@@ -1,3 +1,4 @@\n a\n \n+b\n c\n');
    const mail = await readMail(
      Buffer.from(
        `Subject: x\nContent-Type: text/plain; charset=iso-8859-1; format=flowed\nContent-Transfer-Encoding: quoted-printable\n\n${text.replace(/ $/gm, '=20')}`,
      ),
    );
    expect(mail.body.trimEnd()).toBe('@@ -1,3 +1,4 @@\n a\n \n+b\n c');
  });
});

describe('flowed text', () => {
  it('joins what was wrapped, drops the blank with delsp, and leaves unstuffed text alone', () => {
    expect(unflow('@@ -1,2 +1,3 @@ f(int a, \nint b)\n+x + \n+y\n', false)).toBe('@@ -1,2 +1,3 @@ f(int a, int b)\n+x + \n+y\n');
    expect(unflow('some wor \nds\n', true)).toBe('some words\n');
    expect(unflow(' static int a;\n+int b;\n', false)).toBe(' static int a;\n+int b;\n');
    expect(unflow('-- \n2.51.0\n', false)).toBe('-- \n2.51.0\n');
  });
});

describe('a mail of a mailbox', () => {
  it('loses its From line and one > before From', () => {
    expect(unwrapMail(Buffer.from('From a Tue\nSubject: x\n\n>From here\n>>From there\n> From afar\n')).toString()).toBe(
      'Subject: x\n\nFrom here\n>From there\n> From afar\n',
    );
  });
});
